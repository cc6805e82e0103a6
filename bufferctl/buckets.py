"""Opens a bucket (`s3://`, `gs://`, `az://`) with obstore and the credentials that the cloud's own tools would use.

obstore reads the clouds' environment variables, Google's and Azure's files, and the identity of machines and jobs in
the cloud. It cannot read `aws` profiles or the `az` login, so this module gets those from the programs themselves.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

from bufferctl.git import environment_of_others

if TYPE_CHECKING:
    from obstore.store import AzureStore, ClientConfig, GCSStore, RetryConfig, S3Store


#: Seconds for one request, and for a request including all its retries.
_TIMEOUT, _PATIENCE = 30, 60
#: Variables from which obstore reads AWS and Azure credentials itself.
_AWS = ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
_AZURE = frozenset({"AZURE_STORAGE_ACCOUNT_KEY", "AZURE_STORAGE_ACCESS_KEY", "AZURE_STORAGE_SAS_KEY"})
_AZURE |= {"AZURE_CLIENT_ID", "IDENTITY_ENDPOINT", "AZURE_FEDERATED_TOKEN_FILE"}


def open_bucket(url: str, endpoint: str) -> S3Store | GCSStore | AzureStore:
    """The bucket of `url`; the path in `url` becomes the store's prefix. No request is sent yet.

    `endpoint`: the service's address, empty for the cloud's own; for `gs://`, an emulator that needs no credentials.
    Raises ImportError if obstore is not installed, obstore's BaseError if its configuration is incomplete.
    """
    from obstore.store import AzureStore, GCSStore, S3Store

    scheme, _, rest = url.partition("://")
    bucket, _, prefix = rest.partition("/")
    client: ClientConfig = {"timeout": f"{_TIMEOUT}s", "connect_timeout": "10s"}
    if endpoint.startswith("http://"):
        client["allow_http"] = True
    retry: RetryConfig = {"max_retries": 4, "retry_timeout": timedelta(seconds=_PATIENCE)}
    common: dict[str, Any] = {"prefix": prefix or None, "client_options": client, "retry_config": retry}
    if endpoint and scheme != "gs":
        common["endpoint"] = endpoint
    if scheme == "az":
        is_given = any(name in os.environ for name in _AZURE)
        login: dict[str, Any] = {"use_azure_cli": True} if which("az") and not is_given else {}  # `az login`
        return AzureStore(bucket, **common, **login)
    if scheme == "gs":
        emulator = {"gcs_base_url": endpoint, "disable_oauth": True, "client_email": "", "private_key": ""}
        if endpoint:
            common["service_account_key"] = json.dumps({**emulator, "private_key_id": ""})
        return GCSStore(bucket, **common)
    return S3Store(bucket, **common, **_aws_login(os.environ, endpoint))


def _aws_login(environment: Mapping[str, str], endpoint: str) -> dict[str, Any]:
    """The region, and the credentials of a profile if only the `aws` program can read them."""
    login: dict[str, Any] = {}
    regions = ("AWS_REGION", "AWS_DEFAULT_REGION")
    folder = Path(os.path.expanduser("~/.aws"))  # noqa: PTH111 - a user without a home is no error here
    has_profile = "AWS_PROFILE" in environment or folder.is_dir()
    if has_profile and which("aws") and not any(name in environment for name in _AWS):
        login["credential_provider"] = _aws_credentials
    if not any(name in environment for name in regions):
        configured = _printed("aws", "configure", "get", "region") if has_profile and which("aws") else ""
        login["region"] = configured or ("auto" if endpoint else "us-east-1")
    elif "AWS_REGION" not in environment:
        login["region"] = environment["AWS_DEFAULT_REGION"]
    return login


def _aws_credentials() -> dict[str, Any]:
    """The credentials that `aws` finds (profiles, single sign-on, roles); empty if it finds none, so requests fail."""
    found = json.loads(_printed("aws", "configure", "export-credentials") or "{}")
    expires = found.get("Expiration")
    return {
        "access_key_id": found.get("AccessKeyId", ""),
        "secret_access_key": found.get("SecretAccessKey", ""),
        "token": found.get("SessionToken"),
        "expires_at": datetime.fromisoformat(expires) if expires else None,
    }


def _printed(*command: str) -> str:
    """The output of a cloud's program; empty if it fails."""
    try:
        ran = subprocess.run(  # noqa: S603 - arguments are ours, and no shell reads them
            command,
            env=environment_of_others(os.environ),
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=_TIMEOUT,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ran.stdout.strip() if ran.returncode == 0 else ""
