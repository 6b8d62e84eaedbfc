"""Cursor paging, newest first: ids are ordered by time, so a cursor stays true while rows come and go."""

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    """`{results, next, previous}`, `page_size` up to 200."""

    ordering = "-id"
    page_size_query_param = "page_size"
    max_page_size = 200
