"""The demo that a newcomer sees first."""

from services.partners import demo, queries
from services.partners.scope import identify
from tests.partners.conftest import DESK, NOW, World


def test_the_demo_has_two_units_with_working_links_and_a_pledge_each(world: World) -> None:
    links = world.database.write(demo.seed, [world.event_id], now=NOW)
    names = [world.database.read(identify, path.rpartition("/")[2], NOW).name for _name, path in links]
    assert names == [name for name, _path in links] == ["社区卫生服务中心", "朝阳小学"]
    pledged = world.database.read(queries.pledges_of, world.event_id, scope=DESK)
    assert [(one.work_unit.name, one.kind.value, one.quantity) for one in pledged] == [
        ("朝阳小学", "people", 3),
        ("社区卫生服务中心", "supplies", 8),
    ]
