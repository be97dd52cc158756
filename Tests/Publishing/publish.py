"""Publishes datasets with `resident publish` and the real `hf` command to a stand-in for the hub on loopback.

usage: publish.py RESIDENT_PROGRAM HF_PROGRAM
"""
import pathlib
import shutil
import sys

from case import REPOSITORY, RESULTS, TOKEN, Case, Dataset


def new_repository(case):
    """A new repository is created, 300 shards arrive in one commit, and repeating adds nothing."""
    case.dataset.add(*(b"shard %d" % number for number in range(300)))
    report = case.succeed()
    assert case.remote() == case.dataset.files()
    assert len(case.commits()) == 1 and report["commit"], (case.commits(), report["commit"])
    assert [file["path"] for file in report["files"]] == sorted(case.dataset.files())
    case.hub.requests.clear()
    report = case.succeed()
    assert report["files"] == [] and report["unchanged"] == len(case.dataset.files()) and not case.hub.writes()


def exported_dataset(case):
    """A dataset that `resident export` wrote arrives whole."""
    folder = shutil.copytree(RESULTS, case.folder / "exported")
    case.succeed(results=folder)
    assert case.remote() == {str(path.relative_to(folder)): path.read_bytes()
                             for path in folder.rglob("*") if path.is_file()}


def existing_repository(case):
    """Only what is new is sent; another host's shards stay, and so do the documents that count them."""
    old = case.dataset.add(b"old")
    case.succeed()
    case.dataset.write("README.md", b"# Two batches\n")
    new = case.dataset.add(b"new")
    report = case.succeed()
    assert [file["path"] for file in report["files"]] == sorted(["README.md", *new]), report
    assert case.remote() == case.dataset.files() and len(case.commits()) == 2

    theirs = Dataset(case.folder / "theirs")
    foreign = theirs.add(b"theirs")
    for path in foreign:
        case.hub.put(REPOSITORY, path, theirs.files()[path])
    case.hub.put(REPOSITORY, "README.md", b"# Theirs\n")
    case.dataset.add(b"newer")
    report = case.succeed()
    assert report["foreign"] == sorted(foreign) and report["kept"] == ["README.md"], report
    assert case.remote()["README.md"] == b"# Theirs\n" and set(old + new + foreign) <= set(case.remote())


def lost_connection(case):
    """Connections that end in mid-upload leave no commit; repeating sends what is missing and commits once."""
    case.dataset.add(*(b"shard %d" % number for number in range(8)))
    stored = []

    def cut_after_three(handler, name):
        if name == "store":
            stored.append(name)
            if len(stored) > 3:
                handler.cut()
                return True
        return False

    case.hub.fault = cut_after_three
    case.fail("repeat the command")
    assert case.remote() == {} and case.commits() == []
    done = len(case.hub.objects)
    case.hub.fault = None
    case.hub.requests.clear()
    case.succeed()
    assert case.remote() == case.dataset.files() and len(case.commits()) == 1
    assert case.hub.requests.count("store") == 8 - done, (case.hub.requests, done)


def lost_answer(case):
    """A commit whose response got lost is recognized when the command is repeated."""
    case.dataset.add(b"shard")

    def answer_nothing(handler, name):
        if name != "commit":
            return False
        handler.answer = lambda *_, **__: handler.cut()
        return False

    case.hub.fault = answer_nothing
    case.fail("repeat the command")
    case.hub.fault = None
    report = case.succeed()
    assert report["files"] == [] and case.remote() == case.dataset.files() and len(case.commits()) == 1


def forbidden(case):
    """A token that may only read is an error that says so; nothing is written, whether the repository exists or not."""
    case.dataset.add(b"shard")
    case.fail("does not let this token write to org/measurements", token="read-0123456789")
    assert case.remote() == {}
    case.hub.put(REPOSITORY, "README.md", b"# Theirs\n")
    case.fail("does not let this token write to org/measurements", token="read-0123456789")
    assert case.remote() == {"README.md": b"# Theirs\n"}


def no_token(case):
    """Without a token nothing is asked of the hub."""
    case.dataset.add(b"shard")
    case.fail("$HF_TOKEN is not set", token=None)
    assert case.hub.requests == []


def commit_in_between(case, status=412):
    """If somebody else commits meanwhile, the repository is listed again and the rest is committed."""
    case.dataset.add(b"shard")
    case.succeed()
    theirs = Dataset(case.folder / "theirs")
    foreign = theirs.add(b"theirs")
    case.dataset.add(b"another")
    refusals = []

    def refuse_once(handler, name):
        if name != "commit" or refusals:
            return False
        refusals.append(name)
        handler.body()
        for path in foreign:
            case.hub.put(REPOSITORY, path, theirs.files()[path])
        handler.refuse(status, "A commit has happened since. Please refresh and try again.")
        return True

    case.hub.fault = refuse_once
    report = case.succeed()
    assert refusals and report["foreign"] == sorted(foreign), report
    assert set(case.remote()) == set(case.dataset.files()) | set(foreign)


def conflict_409(case):
    commit_in_between(case, status=409)


def endless_conflict(case):
    """Three refusals in a row are an error."""
    case.dataset.add(b"shard")

    def refuse(handler, name):
        if name != "commit":
            return False
        handler.body()
        handler.refuse(412, "A commit has happened since.")
        return True

    case.hub.fault = refuse
    case.fail("repeat the command")
    assert case.hub.requests.count("commit") == 3 and case.remote() == {}


def rewritten_shard(case):
    """A shard that the repository has with other bytes is an error before any upload."""
    names = case.dataset.add(b"shard")
    for other in (b"other", b"shar_"):
        case.hub.put(REPOSITORY, names[1], other)
        case.hub.requests.clear()
        case.fail("shards are never rewritten")
        assert not case.hub.writes() and case.remote()[names[1]] == other


def damaged_folder(case):
    """A local shard whose bytes are not those of its name is an error before the hub is asked."""
    names = case.dataset.add(b"shard")
    case.dataset.write(names[1], b"shar_")
    case.fail("was changed")
    assert case.hub.requests == []


def lost_file(case):
    """A hub that loses a file is noticed."""
    names = case.dataset.add(b"shard")

    def forget(handler, name):
        if name == "tree" and case.commits():
            case.hub.repositories[REPOSITORY].pop(names[1], None)
        return False

    case.hub.fault = forget
    case.fail("lacks or has changed", names[1])


def dry_run(case):
    """A dry run says what would be added and writes nothing, with and without a token."""
    case.dataset.add(b"shard")
    for token in (TOKEN, None):
        report = case.succeed("--dry-run", token=token)
        assert [file["path"] for file in report["files"]] == sorted(case.dataset.files()) and report["dry_run"]
    assert not case.hub.writes() and case.remote() == {}


CASES = [
    new_repository, exported_dataset, existing_repository, lost_connection, lost_answer, forbidden, no_token,
    commit_in_between, conflict_409, endless_conflict, rewritten_shard, damaged_folder, lost_file, dry_run,
]


def main():
    program, client = (str(pathlib.Path(path).absolute()) for path in sys.argv[1:3])
    failures = 0
    for test in CASES:
        case = Case(program, client)
        try:
            test(case)
            print(f"passed: {test.__name__}", flush=True)
        except AssertionError as error:
            failures += 1
            print(f"FAILED: {test.__name__}: {test.__doc__}\n  {error}", flush=True)
        finally:
            case.hub.shutdown()
            shutil.rmtree(case.folder)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
