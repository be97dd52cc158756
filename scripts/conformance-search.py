#!/usr/bin/env python3
"""Compares nDCG@10, recall@10 and Spearman's rank correlation with those of sentence-transformers' evaluators.

usage: conformance-search.py RESIDENT MODEL_FOLDER

The collection is made of the requests and examples of envelopes/router.json: a request's relevant documents are the examples of
its skill. The pairs are of requests, and their gold score says whether both belong to one skill, to one kind of skill or to
none. Both sides read the same files: ours through `envelope import-search` and `run`, theirs through
InformationRetrievalEvaluator and EmbeddingSimilarityEvaluator (torch, CPU, float32). Exits with 1 if a figure differs by more
than 0.002 (nDCG, recall: two queries of 574 whose documents are equally near) or 0.0005 (rho).
"""

import json
import pathlib
import random
import subprocess
import sys
import tempfile

from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.evaluation import EmbeddingSimilarityEvaluator, InformationRetrievalEvaluator

LIMITS = {"ndcg_at_10": 0.002, "recall_at_k": 0.002, "spearman_correlation": 0.0005}
ROOT = pathlib.Path(__file__).resolve().parent.parent


def collection():
    """Queries, documents, relevant documents by query, and pairs with gold scores."""
    task = json.loads((ROOT / "envelopes/router.json").read_text())["accuracy"][0]
    documents, of_skill = {}, {}
    for skill in task["skills"]:
        for number, example in enumerate(skill["examples"]):
            name = f"{skill['id']}-{number}"
            documents[name] = example
            of_skill.setdefault(skill["id"], set()).add(name)
    requests = [item for item in task["items"] if item["skill"]]
    queries = {item["id"]: item["prompt"] for item in requests}
    relevant = {item["id"]: of_skill[item["skill"]] for item in requests}
    draw = random.Random(23)
    pairs = []
    for _ in range(600):
        one = draw.choice(requests)
        same = [item for item in requests if item["skill"] == one["skill"]]
        two = draw.choice(same if draw.random() < 0.5 else requests)
        kinds = [item["skill"].split("-")[0] for item in (one, two)]
        score = 2 if one["skill"] == two["skill"] else 1 if kinds[0] == kinds[1] else 0
        pairs.append((one["prompt"], two["prompt"], score))
    return queries, documents, relevant, pairs


def ours(resident, folder, queries, documents, relevant, pairs):
    with tempfile.TemporaryDirectory() as name:
        home = pathlib.Path(name)
        (home / "qrels").mkdir()
        for file, texts in (("queries", queries), ("corpus", documents)):
            lines = (json.dumps({"_id": key, "text": text}) + "\n" for key, text in texts.items())
            (home / f"{file}.jsonl").write_text("".join(lines))
        rows = [f"{query}\t{document}\t1\n" for query in relevant for document in sorted(relevant[query])]
        (home / "qrels/test.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(rows))
        lines = (json.dumps({"sentence1": one, "sentence2": two, "score": score}) + "\n" for one, two, score in pairs)
        (home / "pairs.jsonl").write_text("".join(lines))
        subprocess.run(
            [resident, "envelope", "import-search", home, "--pairs", home / "pairs.jsonl", "--queries", "10000",
             "--documents", "10000", "--out", home / "search.json"], check=True, stdout=subprocess.DEVNULL)
        # One round is enough: the answers come before the rounds.
        envelope = json.loads((home / "search.json").read_text())
        envelope["plan"].update(rounds=6, minimum_rounds=6)
        (home / "search.json").write_text(json.dumps(envelope))
        made = subprocess.run(
            [resident, "run", folder, "--envelope", home / "search.json", "--db", home / "run.sqlite", "--json"],
            check=True, stdout=subprocess.PIPE, text=True)
        tasks = json.loads(made.stdout)["cells"]
    return {metric: task[metric] for task in tasks for metric in LIMITS if metric in task}


def theirs(folder, queries, documents, relevant, pairs):
    model = SentenceTransformer(folder, device="cpu")
    search = InformationRetrievalEvaluator(queries, documents, relevant, ndcg_at_k=[10], precision_recall_at_k=[10])
    found = search(model)
    similarity = EmbeddingSimilarityEvaluator(*map(list, zip(*pairs)), main_similarity="cosine")
    return {
        "ndcg_at_10": found["cosine_ndcg@10"], "recall_at_k": found["cosine_recall@10"],
        "spearman_correlation": similarity(model)["spearman_cosine"],
    }


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.split("\n\n")[1])
    resident, folder = sys.argv[1:]
    data = collection()
    got, wanted = ours(resident, folder, *data), theirs(folder, *data)
    failed = False
    for metric, limit in LIMITS.items():
        difference = got[metric] - wanted[metric]
        is_off = abs(difference) > limit
        failed = failed or is_off
        print(f"{metric}: {got[metric]:.6f}, sentence-transformers {wanted[metric]:.6f}, difference {difference:+.1e}"
              f"{' ABOVE THE LIMIT' if is_off else ''}")
    print(f"{len(data[0])} queries, {len(data[1])} documents, {len(data[3])} pairs")
    sys.exit(1 if failed else 0)


main()
