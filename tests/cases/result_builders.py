"""Results of JPlag 4, 5 and 6 and of Dolos, in the form those tools write them.

The forms follow JPlag's report objects (`OverviewReport`, `TopComparison`, `RunInformation`,
`SubmissionMappings`) and Dolos' `fileView`; the names and numbers are ours.
"""

from __future__ import annotations

import json
from typing import Any

from tests.cases.office_builders import archive

NAMES = {"okonjo": "Amara Okonjo", "s-2": "Ben Sorel", "s-3": "Chi Tran"}
PAIRS = [("okonjo", "s-2", 0.4125), ("okonjo", "s-3", 0.9731), ("s-2", "s-3", 0.0)]


def _comparison(first: str, second: str, average: float) -> str:
    return json.dumps(
        {
            "id1": first,
            "id2": second,
            "similarities": {"AVG": average, "MAX": average},
            "matches": [],
        }
    )


def _more() -> dict[str, str | bytes]:
    files: dict[str, str | bytes] = {
        f"files/{name}/Main.java": "public class Main {}\n" for name in NAMES
    }
    for first, second, average in PAIRS:
        files[f"{first}-{second}.json"] = _comparison(first, second, average)
    return files


def jplag_4(**changes: Any) -> bytes:
    """A `result.zip` of JPlag 4: pairs by metric in `overview.json`."""
    top = [
        {"first_submission": first, "second_submission": second, "similarity": average}
        for first, second, average in PAIRS
    ]
    overview = {
        "jplag_version": {"major": 4, "minor": 3, "patch": 0},
        "submission_folder_path": ["work"],
        "base_code_folder_path": "",
        "language": "Javac based AST plugin",
        "file_extensions": [".java"],
        "submission_id_to_display_name": NAMES,
        "submission_ids_to_comparison_file_name": {},
        "failed_submission_names": [],
        "excluded_files": [],
        "match_sensitivity": 9,
        "date_of_execution": "20/11/26",
        "execution_time": 812,
        "metrics": [
            {"name": "MAX", "distribution": [0] * 10, "topComparisons": [], "description": "m"},
            {"name": "AVG", "distribution": [0] * 10, "topComparisons": top, "description": "a"},
        ],
        "clusters": [],
        "total_comparisons": 3,
    }
    return archive({**_more(), "overview.json": json.dumps({**overview, **changes})})


def jplag_5(**changes: Any) -> bytes:
    """A `result.zip` of JPlag 5: pairs with all metrics in `overview.json`."""
    overview = {
        "jplag_version": {"major": 5, "minor": 1, "patch": 0},
        "language": "java",
        "submission_id_to_display_name": NAMES,
        "distributions": {"AVG": [0] * 100, "MAX": [0] * 100},
        "top_comparisons": [
            {
                "first_submission": first,
                "second_submission": second,
                "similarities": {"AVG": average, "MAX": min(1.0, average + 0.01)},
            }
            for first, second, average in PAIRS
        ],
        "clusters": [],
        "total_comparisons": 3,
    }
    return archive(
        {
            **_more(),
            "overview.json": json.dumps({**overview, **changes}),
            "options.json": "{}",
            "submissionFileIndex.json": "{}",
            "README.txt": "A report.",
        }
    )


def jplag_6(top: Any = None, **files: str | bytes) -> bytes:
    """A `results.jplag` of JPlag 6: a file for each part."""
    rows = [
        {
            "firstSubmission": first,
            "secondSubmission": second,
            "similarities": {"AVG": average, "MAX": 1.0, "LONGEST_MATCH": 120, "OVERALL": 300},
        }
        for first, second, average in PAIRS
    ]
    run = {
        "version": {"major": 6, "minor": 2, "patch": 0},
        "failedSubmissions": [],
        "dateOfExecution": "20/11/26",
        "executionTime": 471,
        "totalComparisons": 3,
    }
    mappings = {
        "submission_id_to_display_name": NAMES,
        "submission_ids_to_comparison_file_name": {},
    }
    comparisons = {f"comparisons/{name}": text for name, text in _more().items() if "/" not in name}
    return archive(
        {
            **comparisons,
            "topComparisons.json": json.dumps(rows if top is None else top),
            "runInformation.json": json.dumps(run),
            "submissionMappings.json": json.dumps(mappings),
            "distribution.json": "{}",
            "cluster.json": "[]",
            "options.json": "{}",
            **files,
        }
    )


HEADER = (
    "id,leftFileId,leftFilePath,rightFileId,rightFilePath,similarity,totalOverlap,"
    "longestFragment,leftCovered,rightCovered"
)


def dolos_pairs() -> bytes:
    """A `pairs.csv` of Dolos."""
    paths = {"okonjo": "work/okonjo, amara/main.py", "s-2": "work/sorel.py", "s-3": "work/tran.py"}
    rows = [HEADER]
    for number, (first, second, average) in enumerate(PAIRS):
        left, right = f'"{paths[first]}"', f'"{paths[second]}"'
        rows.append(f"{number},1,{left},2,{right},{average},40,12,20,20")
    return ("\n".join(rows) + "\n").encode()


def dolos_report() -> bytes:
    """The folder Dolos writes, as a zip."""
    folder = "dolos-report-20261120T101112000Z"
    return archive(
        {
            f"{folder}/metadata.csv": "property,value,type\nlanguage,python,string\n",
            f"{folder}/files.csv": "id,ignored,path,content\n1,false,work/a.py,x = 1\n",
            f"{folder}/kgrams.csv": "id,hash,data,files\n",
            f"{folder}/pairs.csv": dolos_pairs(),
        }
    )
