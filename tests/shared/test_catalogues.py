"""Languages: which there are, how texts are looked up, and that a translator alone can add one."""

import copy
import pickle
import shutil
from datetime import UTC, date, datetime, timedelta

import pytest

from shared import catalogues, dates
from shared.catalogues import language, languages
from shared.fields import Line
from shared.texts import text as _

ZH, EN = language("events", "zh-CN"), language("events", "en")
STARTS = datetime(2027, 6, 19, 6, tzinfo=UTC)
NOW = datetime(2027, 1, 1, tzinfo=UTC)
ZONE = "Asia/Shanghai"


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """A copy of the shared catalogues that a test may write to."""
    shared = tmp_path / "shared" / "web" / "translations"
    shutil.copytree(catalogues.SHARED, shared, ignore=shutil.ignore_patterns("*.mo"))
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    monkeypatch.setattr(catalogues, "SHARED", shared)
    languages.cache_clear()
    yield tmp_path
    languages.cache_clear()


def add(folder, locale, **texts):
    """Do what a translator does: write a .po."""
    file = folder / locale / "LC_MESSAGES" / "messages.po"
    file.parent.mkdir(parents=True, exist_ok=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
    file.write_text(head + "".join(f'\nmsgid "{text}"\nmsgstr "{said}"\n' for text, said in texts.items()))
    return file


def test_chinese_comes_first_and_english_second():
    assert [(tag, one.name) for tag, one in languages("events").items()][:2] == [("zh-CN", "中文"), ("en", "English")]


def test_a_text_is_filled_in_after_it_is_translated():
    assert ZH.translate(_("Please use at most %(n)s characters.", n=5)) == "请不要超过 5 个字。"
    assert EN.translate(_("Please use at most %(n)s characters.", n=5)) == "Please use at most 5 characters."


def test_texts_within_texts_and_structures_are_translated_too():
    inner = _("Not found")
    assert ZH.translate({"a": [inner, "as it is", 3], "b": {"c": (inner,)}}) == {
        "a": ["没有找到", "as it is", 3],
        "b": {"c": ["没有找到"]},
    }
    assert ZH.translate(_("%(start)s – %(end)s", start=inner, end=inner)) == "没有找到–没有找到"


def test_a_text_without_a_translation_stays_english():
    assert ZH.translate(_("Nobody has translated this: 100%")) == "Nobody has translated this: 100%"


def test_whoever_names_no_language_reads_the_first():
    assert language("events", None) is language("events", "xx") is language("events", "zh-CN")


def test_texts_can_be_copied_with_the_schemas_that_hold_them():
    text = _("Please use at most %(n)s characters.", n=5)
    for copied in (copy.deepcopy(text), pickle.loads(pickle.dumps(text))):
        assert (copied, copied.msgid, copied.params) == (text, text.msgid, text.params)
    assert copy.deepcopy(Line(max=5)).max == 5


def test_a_third_language_takes_a_catalogue_and_no_code(folders):
    add(catalogues.SHARED, "fr", **{"Not found": "Introuvable", "EEE d MMMM": "EEE d MMMM"})
    add(folders / "services" / "events" / "translations", "fr", Events="Fêtes")
    french = language("events", "fr")
    assert (french.tag, french.name, list(languages("events"))) == ("fr", "Français", ["zh-CN", "en", "fr"])
    assert french.translate(_("Not found")) == "Introuvable"
    assert french.translate(_("Events")) == "Fêtes"
    assert dates.moment(STARTS, ZONE, french, NOW) == "sam. 19 juin, 14:00"


def test_a_services_own_text_stands_before_the_shared_one(folders):
    add(folders / "services" / "events" / "translations", "zh_Hans_CN", **{"Not found": "没有这个活动"})
    assert language("events", "zh-CN").translate(_("Not found")) == "没有这个活动"
    assert language("events", "zh-CN").translate(_("Not allowed")) == "没有权限"
    assert language("partners", "zh-CN").translate(_("Not found")) == "没有找到"


@pytest.mark.usefixtures("folders")
def test_a_changed_catalogue_is_compiled_anew():
    file = add(catalogues.SHARED, "fr", **{"Not found": "Introuvable"})
    assert language("events", "fr").translate(_("Not found")) == "Introuvable"
    assert file.with_suffix(".mo").exists()
    add(catalogues.SHARED, "fr", **{"Not found": "Absent"})
    later = file.with_suffix(".mo").stat().st_mtime + 1
    catalogues.os.utime(file, (later, later))
    languages.cache_clear()
    assert language("events", "fr").translate(_("Not found")) == "Absent"
    assert [path.name for path in file.parent.iterdir() if "part" in path.name] == []


@pytest.mark.usefixtures("folders")
def test_a_folder_that_cannot_be_written_to_does_without_the_compiled_form(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise PermissionError

    monkeypatch.setattr(catalogues, "NamedTemporaryFile", refuse)
    assert language("events", "zh-CN").translate(_("Not found")) == "没有找到"


@pytest.mark.parametrize(
    ("now", "zh", "en"),
    [
        (NOW, "6月19日（周六）14:00–17:00", "Sat 19 June, 14:00–17:00"),
        (NOW.replace(year=2026), "2027年6月19日（周六）14:00–17:00", "Sat 19 June 2027, 14:00–17:00"),
    ],
)
def test_a_time_is_written_as_people_write_it(now, zh, en):
    ends = STARTS + timedelta(hours=3)
    assert dates.span(STARTS, ends, ZONE, ZH, now) == zh
    assert dates.span(STARTS, ends, ZONE, EN, now) == en


def test_over_midnight_both_ends_have_their_date():
    ends = STARTS + timedelta(hours=12)
    assert dates.span(STARTS, ends, ZONE, ZH, NOW) == "6月19日（周六）14:00–6月20日（周日）02:00"
    assert dates.span(STARTS, ends, ZONE, EN, NOW) == "Sat 19 June, 14:00 – Sun 20 June, 02:00"


def test_the_zone_decides_which_day_it_is():
    late = datetime(2026, 12, 31, 17, tzinfo=UTC)
    assert dates.moment(late, ZONE, ZH, NOW) == "1月1日（周五）01:00"
    assert dates.moment(late, "Europe/Berlin", EN, NOW) == "Thu 31 December 2026, 18:00"
    assert dates.day(date(2027, 6, 9), ZH, date(2027, 1, 1)) == "6月9日（周三）"


def test_on_papers_a_day_always_has_its_year():
    assert dates.whole_day(date(2027, 6, 9), ZH) == "2027年6月9日"
    assert dates.whole_day(date(2027, 6, 9), EN) == "9 June 2027"
