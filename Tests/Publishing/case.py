"""The parts of a test of `resident publish`: a hub, a dataset's folder, and the command."""
import hashlib
import json
import os
import pathlib
import subprocess
import tempfile

from hub import Hub

TOKEN = "write-0123456789abcdef"
RESULTS = pathlib.Path(__file__).parents[2] / "results"
REPOSITORY = "org/measurements"


class Dataset:
    """A folder of an index and shards whose names match their bytes, which is all that a publication checks."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.write("README.md", b"---\nlicense: apache-2.0\n---\n# Measurements\n")

    def write(self, path, content):
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        return path

    def add(self, *contents):
        """Adds a batch with these shards and returns the paths of its files."""
        shards = []
        for content in contents:
            name = f"samples/samples-20260101T000000Z-{hashlib.sha256(content).hexdigest()[:32]}.parquet"
            shards.append({"name": self.write(name, content), "rows": 1, "bytes": len(content)})
        entry = json.dumps({"schema_version": SCHEMA, "format": "parquet", "shards": shards, "sessions": [],
                            "verdicts": [], "envelopes": []}).encode()
        digest = hashlib.sha256(entry).hexdigest()[:32]
        return [self.write(f"index/batch-20260101T000000Z-{digest}.json", entry)] + [s["name"] for s in shards]

    def files(self):
        return {str(path.relative_to(self.folder)): path.read_bytes()
                for path in sorted(self.folder.rglob("*")) if path.is_file()}


SCHEMA = json.loads(next((RESULTS / "index").glob("*.json")).read_text())["schema_version"]


class Case:
    """One test: a hub, a folder, and the command."""

    def __init__(self, program, client):
        self.program, self.client = program, client
        self.hub = Hub()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="publish-"))
        self.dataset = Dataset(self.folder / "results")

    def publish(self, *options, token=TOKEN, results=None):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
        environment |= {"HF_ENDPOINT": self.hub.address, "HF_HOME": str(self.folder / "home")}
        if token:
            environment["HF_TOKEN"] = token
        done = subprocess.run(
            [self.program, "publish", "--repo", REPOSITORY, "--hf", self.client, "--results",
             str(results or self.dataset.folder), *options],
            env=environment, capture_output=True, text=True, timeout=300)
        assert not token or token not in done.stdout + done.stderr, "the token was printed"
        return done

    def succeed(self, *options, **arguments):
        done = self.publish("--json", *options, **arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def fail(self, *words, **arguments):
        done = self.publish(**arguments)
        assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
        for word in words:
            assert word in done.stderr, done.stderr

    def remote(self):
        files = dict(self.hub.repositories.get(REPOSITORY, {}))
        files.pop(".gitattributes", None)
        return files

    def commits(self):
        return self.hub.commits.get(REPOSITORY, [])[1:]
