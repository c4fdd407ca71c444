"""Forms as pages use them: the fields of `integrity.core.forms`, and the page around a form."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from integrity.core.forms import (
    TOKEN_FIELD,
    DateField,
    EmailField,
    FileField,
    Form,
    LineField,
    LinkField,
    ManyFilesField,
    ManyFilesInput,
    MomentField,
    OnceForm,
    PickField,
    PicksField,
    SelectField,
    TextField,
    TickField,
    new_form_token,
    read_form_token,
)

__all__ = [
    "TOKEN_FIELD",
    "DateField",
    "EmailField",
    "FileField",
    "Form",
    "LineField",
    "LinkField",
    "ManyFilesField",
    "ManyFilesInput",
    "MomentField",
    "OnceForm",
    "PickField",
    "PicksField",
    "SelectField",
    "TextField",
    "TickField",
    "form_page",
    "new_form_token",
    "read_form_token",
]


def form_page(
    request: HttpRequest,
    template: str,
    form: forms.BaseForm,
    context: Mapping[str, object] | None = None,
) -> HttpResponse:
    """A page with its form: status 400 when the form was sent and refused, else 200."""
    status = 400 if form.is_bound and form.errors else 200
    return render(request, template, {**(context or {}), "form": form}, status=status)
