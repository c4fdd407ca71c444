"""What is taught in the demo: programmes, courses, assignments and who teaches them."""

from __future__ import annotations

from dataclasses import dataclass

from cases.demo.people import AURORA, NORTHBRIDGE
from integrity.courses.enums import ProductKind

MERIDIAN = "meridian"


@dataclass(frozen=True)
class CourseSpec:
    """A demo course with its assignments: title and share of the result in per cent."""

    code: str
    slug: str
    title: str
    institution: str
    product: ProductKind
    programme: str
    assignments: tuple[tuple[str, int], ...]
    teachers: tuple[str, ...]


COURSES = (
    CourseSpec(
        "DS-204",
        "data-ethics",
        "Data Ethics",
        MERIDIAN,
        ProductKind.PROFESSIONAL_CERTIFICATE,
        "Working with data",
        (("Essay 1", 20), ("Essay 2", 45), ("Peer discussion", 10), ("Final project", 25)),
        ("teacher",),
    ),
    CourseSpec(
        "DS-110",
        "statistics",
        "Statistics You Can Check",
        MERIDIAN,
        ProductKind.PROFESSIONAL_CERTIFICATE,
        "Working with data",
        (("Worksheet 3", 15), ("Survey report", 45), ("Final test", 40)),
        ("helena.quist",),
    ),
    CourseSpec(
        "CS-150",
        "programming",
        "Programming, first steps",
        MERIDIAN,
        ProductKind.COURSE,
        "",
        (("Lab 1", 20), ("Lab 4", 30), ("Final exam", 50)),
        ("moderator2",),
    ),
    CourseSpec(
        "CS-240",
        "data-structures",
        "Data Structures",
        MERIDIAN,
        ProductKind.COURSE,
        "",
        (("Queue exercise", 25), ("Search tree project", 45), ("Oral test", 30)),
        ("helena.quist",),
    ),
    CourseSpec(
        "HIS-220",
        "sources-in-history",
        "Sources in History",
        MERIDIAN,
        ProductKind.SPECIALIZATION,
        "Reading the past",
        (("Source review", 40), ("Term paper", 60)),
        ("teacher",),
    ),
    CourseSpec(
        "HIS-230",
        "archives",
        "Archives and Their Gaps",
        MERIDIAN,
        ProductKind.SPECIALIZATION,
        "Reading the past",
        (("Finding aid", 35), ("Research diary", 65)),
        ("helena.quist",),
    ),
    CourseSpec(
        "WRI-101",
        "writing",
        "Writing for Readers: From the First Note to a Text That Somebody Finishes",
        MERIDIAN,
        ProductKind.COURSE,
        "",
        (("Portrait", 30), ("Book review", 30), ("Long report", 40)),
        ("teacher",),
    ),
    CourseSpec(
        "LNG-120",
        "spanish",
        "Spanish for Neighbours",
        MERIDIAN,
        ProductKind.COURSE,
        "",
        (("Carta a un vecino", 40), ("Conversation", 60)),
        ("marisol.pineda",),
    ),
    CourseSpec(
        "LAW-310",
        "contracts",
        "Contracts and Obligations",
        NORTHBRIDGE,
        ProductKind.DEGREE,
        "Bachelor of Laws",
        (("Case note", 30), ("Essay 1", 70)),
        ("gareth.pryce",),
    ),
    CourseSpec(
        "LAW-120",
        "how-courts-reason",
        "How Courts Reason",
        NORTHBRIDGE,
        ProductKind.DEGREE,
        "Bachelor of Laws",
        (("Summary of a judgment", 40), ("Moot brief", 60)),
        ("gareth.pryce",),
    ),
    CourseSpec(
        "ENG-400",
        "bridges",
        "Bridges and Loads",
        AURORA,
        ProductKind.MASTERTRACK,
        "Civil engineering, first year of the master",
        (("Load calculation", 50), ("Design report", 50)),
        ("marisol.pineda",),
    ),
    CourseSpec(
        "PUB-210",
        "public-health",
        "Public Health in Small Towns",
        AURORA,
        ProductKind.UNIVERSITY_CERTIFICATE,
        "Health where people live",
        (("Interview protocol", 30), ("Field report", 70)),
        ("marisol.pineda",),
    ),
    CourseSpec(
        "AGR-105",
        "soils",
        "Soils: An Open Course",
        AURORA,
        ProductKind.COURSE,
        "",
        (("Soil diary", 100),),
        ("marisol.pineda",),
    ),
)
