from django.urls import path

from live import views

urlpatterns = [
    path("mine/live/", views.catch_up_work, name="work-live"),
    path("INC-<int:number>/live/", views.catch_up, name="live"),
]
