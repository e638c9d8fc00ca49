"""What a directory sees of a person and of a team: SCIM's User and Group, with the attributes that we keep alone."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from scim2_models import (
    URN,
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    ComplexAttribute,
    ETag,
    ExtensibleStringEnum,
    Filter,
    Mutability,
    Patch,
    Reference,
    Required,
    Resource,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)

from ml.core.messages import N_


class Name(ComplexAttribute):
    """The components of a person's name."""

    formatted: str | None = None
    """The whole name."""
    given_name: str | None = None
    """The given name."""
    family_name: str | None = None
    """The family name."""


class Email(ComplexAttribute):
    """An address; the primary one, else the first, is the account's."""

    class Type(ExtensibleStringEnum):
        """What an address is for."""

        work = "work"
        home = "home"
        other = "other"

    value: Annotated[str | None, Required.true] = None
    """The address."""
    type: Type | None = None
    """What it is for."""
    primary: bool | None = None
    """Whether it is the one to write to."""


class User(Resource[Any]):
    """A person with an account in an organisation."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    """What the person signs in with at the directory."""
    name: Name | None = None
    """The components of the name."""
    display_name: str | None = None
    """The name that is shown."""
    emails: Annotated[list[Email] | None, Required.true] = None
    """Addresses."""
    active: bool | None = None
    """Whether the person may sign in."""


class Member(ComplexAttribute):
    """Somebody in a group."""

    value: Annotated[str | None, Required.true, Mutability.immutable] = None
    """The user's id."""
    ref: Annotated[Reference[User] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """The user's address here."""


class Group(Resource[Any]):
    """A team of an organisation."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    """The team's name."""
    members: list[Member] | None = None
    """Who is in it."""


#: The most that one answer lists.
MOST = 200

CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
    filter=Filter(supported=True, max_results=MOST),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=True),
    etag=ETag(supported=False),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name=N_("Bearer token"),
            description=N_("The token that an admin made under People, Sign-in settings."),
            primary=True,
        )
    ],
)

PROVIDER = ScimProvider(models=[User, Group], config=CONFIG, policy=ScimPolicy())
