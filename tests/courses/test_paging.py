"""Long lists page by page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrity.core.errors import NotFound
from integrity.courses.models import Post
from integrity.courses.paging import newest_first
from tests.courses import builders as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def posts():
    course, author = make.course(), make.person()
    # Pairs share an instant: the key alone must keep them apart.
    return [
        make.post(course, author, created_at=make.HANDED_IN + timedelta(minutes=n // 2))
        for n in range(7)
    ]


def walk(size: int) -> list[list[int]]:
    pages, after = [], None
    while True:
        page = newest_first(Post.objects.all(), by="created_at", after=after, size=size)
        pages.append([row.pk for row in page.rows])
        assert page.first is (after is None)
        if page.next is None:
            return pages
        after = str(page.next)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_every_row_comes_once_newest_first(posts, size):
    pages = walk(size)
    flat = [pk for page in pages for pk in page]
    assert flat == [post.pk for post in reversed(posts)]
    assert all(len(page) == size for page in pages[:-1])


def test_a_new_row_does_not_shift_the_pages(posts):
    first = newest_first(Post.objects.all(), by="created_at", size=3)
    make.post(posts[0].course, posts[0].author, created_at=make.HANDED_IN + timedelta(days=1))
    second = newest_first(Post.objects.all(), by="created_at", after=str(first.next), size=3)
    assert [row.pk for row in second.rows] == [post.pk for post in posts[3:0:-1]]


@pytest.mark.parametrize("after", ["x", "' OR 1=1", "5b0f7c1e-7f0e-4f6a-9d3c-0c1f4f2b8a11", "\x00"])
def test_a_place_that_is_not_one_of_the_rows_is_not_found(posts, after):
    with pytest.raises(NotFound):
        newest_first(Post.objects.all(), by="created_at", after=after)


def test_a_row_of_another_list_is_no_place(posts):
    other = make.post(make.course(), posts[0].author)
    with pytest.raises(NotFound):
        newest_first(
            Post.objects.filter(course=posts[0].course),
            by="created_at",
            after=str(other.public_id),
        )


def test_an_empty_list_is_one_empty_page():
    page = newest_first(Post.objects.all(), by="created_at")
    assert (page.rows, page.next, page.first) == ([], None, True)
