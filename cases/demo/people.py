"""The accounts of the demo. Their addresses are a contract; their password is told at the start."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from integrity.accounts.enums import Role
from integrity.accounts.models import RoleGrant, User
from integrity.courses.models import Institution

PASSWORD = "integrity-demo"  # noqa: S105 — told to everybody; never made in production settings
NORTHBRIDGE = "northbridge"
AURORA = "aurora"


@dataclass(frozen=True)
class Account:
    """One demo account: its address, name and roles (role, slug of an institution or None)."""

    email: str
    name: str
    roles: tuple[tuple[Role, str | None], ...] = ()
    zone: str = "Europe/Madrid"
    language: str = "en"

    @property
    def key(self) -> str:
        """How the demo calls this person: the part of the address before the @."""
        return self.email.partition("@")[0]


ACCOUNTS = (
    Account("learner@example.edu", "Lea Brandt"),
    Account("accused@example.edu", "Amara Okonjo", zone="America/Bogota"),
    Account("reporter@example.edu", "Ruben Achterberg"),
    Account("teacher@example.edu", "Priya Raman"),
    Account("adviser@example.edu", "Pauline Lindgren", ((Role.ADVISER, None),)),
    Account("moderator@example.edu", "Ines Ferreira", ((Role.MODERATOR, None),)),
    Account("moderator2@example.edu", "Tomasz Wilk", ((Role.MODERATOR, None),)),
    Account("officer@example.edu", "Jonas Abara", ((Role.OFFICER, None),)),
    Account("officer2@example.edu", "Renata Villaseñor", ((Role.OFFICER, None),)),
    Account("officer3@example.edu", "Kwame Boateng", ((Role.OFFICER, None),)),
    Account("auditor@example.edu", "Mei Tanaka", ((Role.AUDITOR, None),)),
    Account("admin@example.edu", "Ada Minami", ((Role.ADMINISTRATOR, None),)),
    Account(
        "partner.officer@example.edu",
        "Owen Hughes",
        ((Role.OFFICER, NORTHBRIDGE),),
        zone="Europe/London",
    ),
)

# The desks of the partner institutions, and teachers, who are not accounts of the contract.
COLLEAGUES = (
    Account(
        "sian.rowlands@example.edu",
        "Siân Rowlands",
        ((Role.OFFICER, NORTHBRIDGE),),
        zone="Europe/London",
    ),
    Account(
        "gwen.ellis@example.edu",
        "Gwen Ellis",
        ((Role.MODERATOR, NORTHBRIDGE),),
        zone="Europe/London",
    ),
    Account(
        "catalina.restrepo@example.edu",
        "Catalina Restrepo Uribe",
        ((Role.OFFICER, AURORA),),
        zone="America/Bogota",
    ),
    Account(
        "julian.mejia@example.edu",
        "Julián Mejía",
        ((Role.MODERATOR, AURORA),),
        zone="America/Bogota",
    ),
    Account("gareth.pryce@example.edu", "Gareth Pryce", zone="Europe/London"),
    Account("helena.quist@example.edu", "Helena Quist", zone="Europe/Stockholm"),
    Account("marisol.pineda@example.edu", "Marisol Pineda", zone="America/Bogota"),
)

# Learners of the demo who are not accounts of the contract: long names, several scripts.
OTHERS = (
    Account("dana.whitfield@example.edu", "Dana Whitfield"),
    Account("lucia.fernandez@example.edu", "Lucía Fernández de la Vega y Santamaría-Etxeberria"),
    Account("yuki.mori@example.edu", "森 結城", zone="Asia/Tokyo"),
    Account("layla.haddad@example.edu", "ليلى حدّاد", zone="Asia/Beirut"),
    Account("olena.koval@example.edu", "Олена Коваль", zone="Europe/Kyiv"),
    Account("per.nilsson@example.edu", "Per Nilsson", zone="Europe/Stockholm"),
    Account("thandiwe.dube@example.edu", "Thandiwe Dube", zone="Africa/Johannesburg"),
    Account("noah.becker@example.edu", "Noah Becker", zone="Europe/Berlin"),
    Account("wei.zhang@example.edu", "张伟", zone="Asia/Shanghai"),
    Account("xiaoling.chen@example.edu", "陈晓玲", zone="Asia/Taipei"),
    Account("omar.farouk@example.edu", "عمر فاروق عبد الرحمن", zone="Africa/Cairo"),
    Account("nour.aziz@example.edu", "نور عزيز", zone="Africa/Casablanca"),
    Account("dmitri.sokolov@example.edu", "Дмитрий Соколов", zone="Asia/Almaty"),
    Account("anna.petrova@example.edu", "Анна Петрова-Костомарова", zone="Europe/Sofia"),
    Account("priyanka.sharma@example.edu", "प्रियंका शर्मा", zone="Asia/Kolkata"),
    Account("arjun.deshpande@example.edu", "अर्जुन देशपांडे", zone="Asia/Kolkata"),
    Account(
        "wolfgang.schleswig@example.edu",
        "Wolfgang Maximilian von und zu Schleswig-Holstein-Sonderburg-Augustenburg, "
        "genannt der Jüngere vom alten Hof",
        zone="Europe/Berlin",
    ),
    Account("thordis.aegisdottir@example.edu", "Þórdís Ægisdóttir", zone="Atlantic/Reykjavik"),
    Account("zofia.wisniewska@example.edu", "Zofia Wiśniewska", zone="Europe/Warsaw"),
    Account("nguyen.thuy@example.edu", "Nguyễn Thị Bích Thủy", zone="Asia/Ho_Chi_Minh"),
    Account("joao.araujo@example.edu", "João Araújo", zone="America/Sao_Paulo"),
    Account("cagla.yildiz@example.edu", "Çağla Yıldız", zone="Europe/Istanbul"),
    Account("ines.oneill@example.edu", "Inés O’Neill-Ibáñez", zone="America/Mexico_City"),
    Account("kofi.mensah@example.edu", "Kofi Mensah", zone="Africa/Accra"),
    Account("aroha.ngata@example.edu", "Aroha Ngata", zone="Pacific/Auckland"),
    Account("li.na@example.edu", "李娜", zone="Asia/Shanghai"),
    Account("eleni.papadaki@example.edu", "Ελένη Παπαδάκη", zone="Europe/Athens"),
    Account("david.cohen@example.edu", "דוד כהן", zone="Asia/Jerusalem"),
    Account("minjun.kim@example.edu", "김민준", zone="Asia/Seoul"),
    Account("somchai.srisuk@example.edu", "สมชาย ศรีสุข", zone="Asia/Bangkok"),
    Account("tesfaye.bekele@example.edu", "ተስፋዬ በቀለ", zone="Africa/Addis_Ababa"),
    Account("matteo.ricci@example.edu", "Matteo D’Angelo Ricci", zone="Europe/Rome"),
    Account("chloe.dubois@example.edu", "Chloé Dubois-Lefèvre", zone="Europe/Paris"),
    Account("sam.li@example.edu", "Sam Li", zone="America/Vancouver"),
    Account("bo.oreilly@example.edu", "Bo Ó", zone="Europe/Dublin"),
    Account("marta.kovacs@example.edu", "Kovács Márta", zone="Europe/Budapest"),
    Account("rhys.morgan@example.edu", "Rhys ap Morgan", zone="Europe/London"),
    Account("bronwen.howell@example.edu", "Bronwen Howell", zone="Europe/London"),
    Account("andres.castano@example.edu", "Andrés Felipe Castaño", zone="America/Bogota"),
    Account("valentina.ospina@example.edu", "Valentina Ospina Marulanda", zone="America/Bogota"),
    Account("hamza.malik@example.edu", "حمزہ ملک", zone="Asia/Karachi"),
)


def learners() -> tuple[str, ...]:
    """The part before the @ of everybody who learns."""
    return ("learner", "accused", "reporter", *(account.key for account in OTHERS))


@cache
def _hashed() -> str:
    """The demo's one password, hashed once: hashing it for everybody takes half a minute."""
    return make_password(PASSWORD)


def make(account: Account) -> User:
    """The person behind an account; made once, with a confirmed address."""
    user = User.objects.filter(email=account.email).first()
    if user is None:
        user = User.objects.create(
            email=account.email,
            password=_hashed(),
            display_name=account.name,
            time_zone=account.zone,
            language=account.language,
        )
    EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    for role, slug in account.roles:
        institution = Institution.objects.get(slug=slug) if slug else None
        RoleGrant.objects.get_or_create(user=user, role=role, institution=institution)
    return user
