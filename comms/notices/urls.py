from django.urls import path

from comms.notices import views as notices

urlpatterns = [
    path("settings/notices/", notices.settings, name="settings-notices"),
    path("settings/notices/test/", notices.test, name="settings-notices-test"),
    path("settings/notices/tested/", notices.tested, name="settings-notices-tested"),
    path("notices/new/", notices.new, name="notices-new"),
]
