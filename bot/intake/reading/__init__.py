"""Understands what customers type into the complaint form.

Pure functions: no Rasa, no files, no clock. Texts arrive masked (`138****8000`, `〔卡号已隐去〕`);
every reader returns None when it is not sure, so that the form asks instead of guessing.
"""
