import pytest

from tiktok_manager.domain.errors import InputError
from tiktok_manager.tiktok.endpoints import AppKeys, Endpoints

LOCAL = Endpoints("http://127.0.0.1:8123", "http://127.0.0.1:8123")


def test_defaults_are_tiktoks_own_hosts() -> None:
    assert Endpoints() == Endpoints("https://open.tiktokapis.com", "https://www.tiktok.com")


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1", "http://localhost:8000/", "http://[::1]:9", "https://api.example:8443"],
)
def test_https_and_loopback_are_accepted(url: str) -> None:
    assert Endpoints(url, url).api_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://open.tiktokapis.com",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.2:80",
        "http://0.0.0.0:80",
        "ftp://127.0.0.1",
        "https://user:pass@open.tiktokapis.com",
        "https://open.tiktokapis.com?x=1",
        "https://open.tiktokapis.com#x",
        "open.tiktokapis.com",
        "https://",
        "https://host:99999",
        "https://ho st",
        "https://ho\\st",
        "https://ho\nst",
        "",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(InputError):
        Endpoints(api_url=url)
    with pytest.raises(InputError):
        Endpoints(auth_url=url)


@pytest.mark.parametrize(
    "url",
    [
        "https://open-upload.tiktokapis.com/video/?upload_id=1&upload_token=a%2Fb",
        "https://upload.us.tiktokapis.com:443/video",
        "https://OPEN-UPLOAD-va.tiktokapis.com/v",
    ],
)
def test_uploads_go_to_tiktoks_hosts(url: str) -> None:
    Endpoints().check_upload_url(url)
    LOCAL.check_upload_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://open-upload.tiktokapis.com/video",
        "https://open-upload.tiktokapis.com:8443/video",
        "https://open-upload.tiktokapis.com:0/video",
        "https://xn--a.tiktokapis.com/video",
        "https://tiktokapis.com/video",
        "https://eviltiktokapis.com/video",
        "https://open-upload.tiktokapis.com.evil.example/",
        "https://open-upload.tiktokapis.com./video",
        "https://open-upload.tiktokapis.com@evil.example/",
        "https://user@open-upload.tiktokapis.com/",
        "https://evil.example\\.tiktokapis.com/",
        "https://evil.example/?.tiktokapis.com",
        "https://evil.example#.tiktokapis.com",
        "https://xn--tiktokapis-.com/",
        "https://open-uplo\u0430d.tiktokapis.com/",
        "https://127.0.0.1:443/video",
        "//open-upload.tiktokapis.com/video",
        "file:///etc/passwd",
        "https://open-upload.tiktokapis.com/" + "x" * 2048,
        "",
    ],
)
def test_uploads_go_nowhere_else(url: str) -> None:
    with pytest.raises(InputError):
        Endpoints().check_upload_url(url)
    with pytest.raises(InputError):
        LOCAL.check_upload_url(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8123/up?t=1", "http://127.0.0.1:8123/cover.jpg"])
def test_a_local_tiktok_takes_uploads_on_its_own_host_and_port(url: str) -> None:
    LOCAL.check_upload_url(url)
    LOCAL.check_image_url(url)
    with pytest.raises(InputError):
        Endpoints().check_upload_url(url)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8124/", "http://localhost:8123/", "http://127.0.0.1/", "http://[::1]:8123/"],
)
def test_a_local_tiktok_takes_uploads_on_no_other_port_or_host(url: str) -> None:
    with pytest.raises(InputError):
        LOCAL.check_upload_url(url)


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://p16-sign-va.tiktokcdn.com/a.jpeg?x-expires=1", True),
        ("https://p19-pu-sign-useast8.tiktokcdn-us.com/a.jpeg", True),
        ("https://p16-pu-sign-no.tiktokcdn-eu.com/a.webp", True),
        ("http://p16-sign-va.tiktokcdn.com/a.jpeg", False),
        ("https://p16.tiktokcdn.com.evil.example/a.jpeg", False),
        ("https://169.254.169.254/latest/meta-data", False),
    ],
)
def test_pictures_come_from_tiktoks_picture_hosts(url: str, *, trusted: bool) -> None:
    if trusted:
        Endpoints().check_image_url(url)
    else:
        with pytest.raises(InputError):
            Endpoints().check_image_url(url)


def test_app_keys_hide_themselves() -> None:
    keys = AppKeys("aw123456", "topsecret")
    assert "aw123456" not in repr(keys)
    assert "topsecret" not in repr(keys)
