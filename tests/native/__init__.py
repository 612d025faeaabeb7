"""Tests of the private servers and of what is deployed."""
