"""Runs the mlx worker over the tiny embedders of the tests and compares its vectors with those of sentence-transformers.

usage: check_mlx_embeddings.py   (with an interpreter that has mlx[cpu], mlx-lm and mlx-embeddings; `make test-mlx`)

Every number must be within 1e-3, in ragged requests.
"""

import base64
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORKER = [sys.executable, str(ROOT / "Sources/MLXEngine/Resources/mlx_worker.py")]
GOLDENS = ROOT / "Tests/NativeEngineTests/Golden/embedders"
TOLERANCE = 1e-3
# Not Gemma: mlx-embeddings has its dense steps in fixed shapes, and lets every layer see all.
MODELS = ("tiny-qwen3", "tiny-modernbert", "tiny-bert", "tiny-xlm-roberta")


def numbers(text):
    data = base64.b64decode(text)
    return struct.unpack(f"<{len(data) // 4}f", data)


class Worker:
    def __init__(self):
        self.process = subprocess.Popen(WORKER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.hello = json.loads(self.process.stdout.readline())["hello"]
        self.id = 0

    def ask(self, **request):
        self.id += 1
        self.process.stdin.write(json.dumps({"id": self.id, **request}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        return self.process.wait()


def compare(worker, name, texts, maximum, case):
    with tempfile.TemporaryDirectory() as copy:
        copy = pathlib.Path(copy) / "model"
        shutil.copytree(GOLDENS / name, copy)
        for file, content in case["files"].items():
            (copy / file).parent.mkdir(exist_ok=True)
            (copy / file).write_text(json.dumps(content))
        loaded = worker.ask(op="load", model=str(copy))
        assert "result" in loaded, f"{name}: {loaded}"
        facts = loaded["result"]["embedding"]
        assert facts["maximum_tokens"] == maximum and "mlx-embeddings" in loaded["result"]["engine_version"], loaded
        asked = {key: case[key] for key in ("prompt", "dimensions") if case[key] is not None}
        answer = worker.ask(op="embed", texts=texts, **asked)
        assert "result" in answer, f"{name}: {answer}"
        result = answer["result"]
        worst = max(
            abs(mine - theirs)
            for text, vector in zip(result["vectors"], case["vectors"]) for mine, theirs in zip(numbers(text), vector))
        assert len(numbers(result["vectors"][0])) == len(case["vectors"][0]) == result["dimension"]
        assert all(0 < count <= maximum for count in result["tokens"]) and max(result["cut_tokens"]) > 0, result
        proof = worker.ask(op="provenance")["result"]["weights"]["files"]
        assert {"modules.json", "1_Pooling/config.json"} <= proof.keys(), proof
        refusals = [
            worker.ask(op="embed", texts=[]), worker.ask(op="embed", texts=["a"], prompt="passage"),
            worker.ask(op="embed", texts=["a"], dimensions=99), worker.ask(op="generate", prompt=[1], max_tokens=1),
        ]
        assert all("error" in refusal for refusal in refusals), refusals
        return worst


def main():
    worker = Worker()
    failed = False
    for name in MODELS:
        golden = json.loads((GOLDENS / f"{name}.json").read_text())
        worst = max(
            compare(worker, name, golden["texts"], golden["maximum_tokens"], case) for case in golden["cases"])
        failed |= worst > TOLERANCE
        print(f"{name}: {len(golden['cases'])} ways, largest difference {worst:.1e}")
    assert worker.close() == 0
    sys.exit(1 if failed else 0)


main()
