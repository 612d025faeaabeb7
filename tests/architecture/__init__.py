"""Tests that keep the layout and the layers as they are drawn."""
