"""Addresses of files."""

from django.urls import path

from . import api, pages

urlpatterns = [
    path("api/files", api.FilesView.as_view(), name="files"),
    path("api/files/<uuid:pk>", api.FileView.as_view(), name="file"),
    path("api/files/<uuid:pk>/content", api.ContentView.as_view(), name="file-content"),
    path("api/files/<uuid:pk>/thumbnail", api.ThumbnailView.as_view(), name="file-thumbnail"),
    path("files/<uuid:pk>/remove", pages.remove, name="file-remove"),
    path("files/<str:model>/<uuid:pk>", pages.attach, name="file-attach"),
]
