"""Holds the benchmarks of calibration against scripted programs and databases, whose figures are known."""

import json
import math
import os
import pathlib
import random
import re
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).parent
BENCHMARKS = HERE.parents[1] / "Benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import calibration_table  # noqa: E402
import machine_load  # noqa: E402
import measure_slices  # noqa: E402
import real_calibration  # noqa: E402
import slices_against_requests as slices  # noqa: E402
from journal import Journal  # noqa: E402


def run(script, *arguments, status=0, **environment):
    result = subprocess.run(
        [sys.executable, BENCHMARKS / script, *map(str, arguments)], capture_output=True, text=True,
        env=os.environ | environment)
    assert result.returncode == status, (result.returncode, result.stderr)
    return result.stdout


def cells(text, start):
    """The cells of the first row that begins with that."""
    line = next(line for line in text.splitlines() if line.startswith(f"| {start}"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def write_model(folder):
    """Norms of sixteen and of eight elements, beside a matrix; returns where the bytes of tensors begin."""
    tensors = {"a.input_layernorm.weight": ("BF16", 32), "a.q_proj.weight": ("U32", 64), "norm.weight": ("F32", 32)}
    header, end = {}, 0
    for name, (kind, size) in tensors.items():
        header[name] = {"dtype": kind, "shape": [size], "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + bytes(range(end)))
    (folder / "config.json").write_text("{}")
    return 8 + len(text)


class RealCalibrationTests(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.state = pathlib.Path(scratch.name)
        self.start = write_model(self.state / "models/tiny")

    def calibrate(self, *arguments, **how):
        return run("real_calibration.py", HERE / "scripted_program.py", self.state, "--model", "tiny", *arguments,
                   SCRIPTED_MODEL=str(self.state / "models/tiny"), **how)

    def rows(self):
        return Journal(self.state / "real-calibration/comparisons.jsonl").comparisons()

    def notes(self):
        return [json.loads(line) for line in (self.state / "real-calibration/notes").read_text().splitlines()]

    def test_kinds_are_mixed_and_conditions_take_turns(self):
        jobs = real_calibration.schedule({"null": 30, "planted-5": 6, "planted-10": 3, "equal": 0})
        self.assertEqual(len(set(jobs)), 39)
        self.assertEqual({job.kind for job in jobs[:13]}, {"null", "planted-5", "planted-10"})
        self.assertEqual([job.busy for job in jobs if job.kind == "planted-5"], [0, 1, 2, 0, 1, 2])

    def test_a_comparison_that_failed_is_measured_again_with_other_copies(self):
        counts = ("--null", 3, "--planted-5", 2, "--equal", 1)
        text = self.calibrate(*counts, SCRIPTED_FAILURE="2")
        self.assertEqual(cells(text, "all | planted 5 %")[2:7], ["1", "1", "100.0 % [2.5, 100.0]", "1 promote", "1 win"])
        self.calibrate("--null", 3, status=1)
        text = self.calibrate(*counts, "--resume")
        self.assertEqual(
            cells(text, "all | null")[2:8], ["3", "0", "0.0 % [0.0, 70.8]", "3 hold", "3 futility", "8"])
        self.assertEqual(cells(text, "all | planted 5 %")[2:4], ["2", "2"])
        self.assertEqual(cells(text, "all | equal")[2:7], ["1", "1", "100.0 % [2.5, 100.0]", "1 inconclusive", "1 win"])
        self.assertEqual(self.calibrate("--print"), text)
        self.assertEqual((self.state / "real-calibration/table.md").read_text(), text)

        compared = [note for note in self.notes() if "changed" in note]
        places = [position for note in compared for side in note["changed"] for position in side]
        self.assertEqual([len(side) for note in compared for side in note["changed"]], [1] * 12)
        first_bytes = [*range(0, 32, 2), *range(96, 128, 4)]
        self.assertLessEqual({place - self.start for place in places}, set(first_bytes))
        self.assertEqual(len(set(places)), 12)
        self.assertEqual({note["environment"] for note in compared}, {"isolated", "under-load"})
        workers = [note["worker"] for note in compared if note["worker"]]
        self.assertEqual(len(workers), 3)
        for worker in workers:
            self.assertIn("--model /tiny --slow 0.05 --", worker)


    def test_what_other_machines_measured_counts_and_copies_are_others(self):
        self.calibrate("--null", 2)
        self.calibrate("--null", 5, "--out", self.state / "here", "--beside", self.state / "real-calibration",
                       self.state / "none")
        here = Journal(self.state / "here/comparisons.jsonl").comparisons()
        self.assertEqual([row["number"] for row in here], [2, 3, 4])
        text = self.calibrate("--out", self.state / "here", "--print", "--beside", self.state / "real-calibration")
        self.assertEqual(cells(text, "all | null")[2], "5")
        self.assertEqual((self.state / "here/table.md").read_text(), text)
        places = [tuple(side) for folder in ("real-calibration", "here")
                  for note in map(json.loads, (self.state / folder / "notes").read_text().splitlines())
                  if "changed" in note for side in note["changed"]]
        self.assertEqual(len(set(places)), 10)

    def test_one_at_a_time_and_of_one_load_until_nothing_is_left(self):
        arguments = ("--null", 4, "--resume", "--count", 1, "--busy", 0)
        for status in (0, 0, 3):
            self.calibrate(*arguments, status=status)
        self.assertEqual([row["number"] for row in self.rows()], [0, 3])
        self.assertFalse(any("exported" in note for note in self.notes()))
        self.calibrate("--null", 4, "--resume", "--count", 2)
        self.assertEqual([row["condition"] for row in self.rows()], [
            "quiet", "quiet", "beside one busy process", "beside two busy processes"])
        self.assertTrue(any("exported" in note for note in self.notes()))

    def test_each_comparison_has_the_load_under_which_it_ran(self):
        self.calibrate("--null", 2)
        for row in self.rows():
            self.assertEqual(len(row["load"]["load_average"]), 2)
            if sys.platform.startswith("linux"):
                self.assertGreaterEqual(row["load"]["other_processors"], 0)
        row = {"condition": "beside one busy process", "load": {"other_processors": 0.1}}
        self.assertEqual(machine_load.condition(row), "beside one busy process")
        row["load"]["other_processors"] = 1.0
        self.assertEqual(machine_load.condition(row), "with other programs")

    def test_a_kill_loses_neither_what_was_judged_nor_what_was_written(self):
        self.calibrate("--null", 2, status=-signal.SIGKILL, SCRIPTED_KILL="1")
        self.assertEqual(self.rows(), [])
        with open(self.state / "real-calibration/comparisons.jsonl", "a") as lines:
            lines.write('{"kind": "nu')
        text = self.calibrate("--null", 2, "--resume")
        self.assertEqual(cells(text, "all | null")[2:6], ["2", "0", "0.0 % [0.0, 84.2]", "2 hold"])
        first, second = self.rows()
        self.assertEqual([first["comparison"], first["number"], first["recovered"]], [1, 0, True])
        self.assertEqual([second["comparison"], second["number"]], [2, 1])

    def test_a_kill_does_not_lose_a_win(self):
        self.calibrate("--planted-5", 2, status=-signal.SIGKILL, SCRIPTED_KILL="1")
        text = self.calibrate("--planted-5", 2, "--resume")
        self.assertEqual(cells(text, "all | planted 5 %")[2:6], ["2", "2", "100.0 % [15.8, 100.0]", "2 promote"])
        self.assertEqual([row.get("recovered") for row in self.rows()], [True, None])

    def test_intervals_are_those_of_clopper_and_pearson(self):
        # scipy.stats.binomtest(successes, trials).proportion_ci()
        for counts, low, high in (((3, 300), 0.0020670, 0.0289445), ((0, 10), 0, 0.3084971), ((57, 60), 0.8607568, 0.9895677)):
            for found, known in zip(calibration_table.exact_interval(*counts), (low, high)):
                self.assertAlmostEqual(found, known, places=6)


class MachineLoadTests(unittest.TestCase):
    @unittest.skipUnless(sys.platform.startswith("linux"), "the system does not say what others take")
    def test_a_load_keeps_a_processor_busy_and_is_not_taken_for_others(self):
        usage = machine_load.Usage()
        with machine_load.running("beside one busy process"):
            time.sleep(1)
        seconds = usage.now()[0] - usage.begin[0]
        self.assertGreater(usage.now()[2] - usage.begin[2], 0.2 * seconds)
        self.assertLess(usage.read()["other_processors"], os.cpu_count())


class SlicesTests(unittest.TestCase):
    def write(self, file, effect, noise, tokens=4, seed=1, warm_up=0, first=(1.25, 1.25)):
        """Rounds of 48 tokens; `noise` is the deviation of a whole request, and slices have a tenth of it. The first token of
        a slice takes `first` times as long as the others, for the resident and for the candidate."""
        generator = random.Random(seed)
        with sqlite3.connect(file) as database:
            database.executescript("""
                CREATE TABLE envelopes (hash TEXT, document TEXT);
                CREATE TABLE sessions (number INTEGER, environment TEXT, resident TEXT, candidate TEXT, envelope_hash TEXT);
                CREATE TABLE runs (number INTEGER, session INTEGER, side TEXT);
                CREATE TABLE voids (session INTEGER, cell TEXT, block INTEGER);
                CREATE TABLE samples (id INTEGER PRIMARY KEY, run INTEGER, cell TEXT, block INTEGER, repetition INTEGER,
                  item TEXT, round INTEGER, status TEXT, prompt_tokens INTEGER, token_ns BLOB, slices TEXT);
                INSERT INTO voids VALUES (1, 'cell', 3);
                """)
            plan = {"plan": {"slice_warm_up_milliseconds": warm_up}}
            database.execute("INSERT INTO envelopes VALUES ('hash', ?)", (json.dumps(plan),))
            for session in (1, 2):
                database.execute("INSERT INTO sessions VALUES (?, 'isolated', 'a', 'b', 'hash')", (session,))
                for block in range(20):
                    for side in ("resident", "candidate"):
                        run_number = database.execute("SELECT count(*) FROM runs").fetchone()[0] + 1
                        database.execute("INSERT INTO runs VALUES (?, ?, ?)", (run_number, session, side))
                        pace = 1e6 / (1 + effect if side == "candidate" else 1)
                        for repetition in (0, 1):
                            parts, times, time = [], [], 0
                            # A void round would change every figure.
                            factor = 50 if (session, block, side) == (1, 3, "candidate") else 1
                            scale = pace * factor * math.exp(generator.gauss(0, noise if repetition else noise / 10))
                            for part in [("prefill", 32)] + [("decode", tokens)] * (48 // tokens):
                                cold = 1 if repetition else first[side == "candidate"]
                                steps = [32 * 0.1] if part[0] == "prefill" else [cold] + [1] * (tokens - 1)
                                start = time
                                for step in steps:
                                    time += round(step * scale)
                                    times.append(time)
                                parts.append([*part, time - start, None, int(len(parts) % 2 == 0)])
                            self.insert(database, run_number, block, repetition, times, parts)

    @staticmethod
    def insert(database, run_number, block, repetition, times, parts):
        coded, before = bytearray(), 0
        for time in times:
            rest, before = time - before, time
            while rest >= 0x80:
                coded.append(rest & 0x7F | 0x80)
                rest >>= 7
            coded.append(rest)
        database.execute(
            "INSERT INTO samples VALUES (NULL, ?, 'cell', ?, ?, NULL, NULL, 'success', 32, ?, ?)",
            (run_number, block, repetition, bytes(coded), None if repetition else json.dumps(parts)))

    def table(self, *arguments, **how):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "real.sqlite"
            self.write(file, *arguments, **how)
            return run("slices_against_requests.py", file, "--draws", 200).split("\nStandard deviation")

    def test_effects_deviations_and_first_tokens_are_those_that_were_written(self):
        effects, noise = self.table(0.05, 0.08)
        row = cells(effects, "a → b")
        self.assertEqual(row[1:5], ["isolated", "cell", "2", "39"])
        for value in row[6:10]:
            self.assertAlmostEqual(float(value), 5, delta=0.6)
        self.assertAlmostEqual(float(row[5]), 5, delta=5)
        row = cells(noise, "a → b")
        self.assertAlmostEqual(float(row[3]), 8 * math.sqrt(2), delta=4)
        ratio, low, high = map(float, re.findall(r"[\d.]+", row[7]))
        self.assertTrue(0.05 < low < ratio < high < 0.2, row)
        self.assertEqual(row[8:], ["× 1.250", "53.8 %"])

    def test_tokens_of_the_warm_up_are_in_no_effect_of_slices(self):
        cold = {"first": (2, 1)}
        biased = cells(self.table(0.05, 0.01, **cold)[0], "a → b")
        self.assertAlmostEqual(float(biased[6]), 5 + 22, delta=4)
        # A token takes a millisecond, and the faster model's a little less.
        effects, noise = self.table(0.05, 0.01, warm_up=1, **cold)
        for value in cells(effects, "a → b")[5:10]:
            self.assertAlmostEqual(float(value), 5, delta=0.6)
        self.assertEqual(cells(noise, "a → b")[8], "× 1.000")

    def test_slices_of_a_token_say_nothing_about_first_tokens(self):
        effects, noise = self.table(0.05, 0.01, tokens=1)
        self.assertEqual(cells(effects, "a → b")[9], "not known")
        self.assertEqual(cells(noise, "a → b")[8], "not known")

    def test_equal_effects_are_shown_to_be_so_only_by_enough_rounds(self):
        quiet, noisy = (self.table(0.05, noise)[0] for noise in (0.002, 0.2))
        self.assertEqual([cells(text, "a → b")[-1] for text in (quiet, noisy)], ["shown", "open"])

    def test_a_row_joins_the_cells_of_models_that_have_several(self):
        one, two = {("db", 1, "x"): [1]}, {("db", 1, "y"): [2]}
        rows = slices.joined({("a → b", "quiet", "x"): one, ("a → b", "quiet", "y"): two, ("a → c", "quiet", "x"): one})
        self.assertEqual(rows["a → b", "quiet", "all cells"], one | two)
        self.assertEqual(len(rows), 4)

    def test_a_second_cell_of_the_same_rounds_makes_no_range_narrower(self):
        generator = random.Random(1)
        rounds = [slices.Round(number, generator.gauss(0, 0.05), {}, [], []) for number in range(8)]
        one = {("db", 1, "x"): rounds}

        def whole(chosen):
            return slices.mean(chosen, lambda one: one.whole)

        two = one | {("db", 1, "y"): rounds}
        self.assertEqual(slices.number_of_rounds(two), 8)
        for known, found in zip(slices.bootstrap(one, whole, 200), slices.bootstrap(two, whole, 200)):
            self.assertAlmostEqual(found, known)

    def test_parts_take_turns_over_pairs_and_conditions(self):
        parts = measure_slices.schedule(3, 5)
        self.assertEqual(len(set(parts)), 3 * 5 + 5 * 3)
        self.assertEqual({lane for lane, condition, _ in parts[:5]}, set(measure_slices.CANDIDATES))
        self.assertEqual({condition for _, condition, _ in parts[:15]}, {"quiet"})
        busy = parts[15:]
        self.assertEqual([condition for _, condition, _ in busy[:3]], [*machine_load.CONDITIONS][1:])
        self.assertEqual({lane for lane, condition, _ in busy if condition == "beside a compile"},
                         set(measure_slices.CANDIDATES))

    def test_a_median_passes_over_a_stall_that_sums_count(self):
        def request(stalled):
            parts = [slices.Slice("decode", 4, 4_000_000, None, None) for _ in range(9)]
            if stalled:
                parts[4] = slices.Slice("decode", 4, 40_000_000, None, None)
            return parts

        pairs, totals = list(zip(request(False), request(True))), {"decode": 36}
        self.assertEqual(slices.log_ratio(pairs, totals, slices.statistics.median), 0)
        self.assertAlmostEqual(slices.log_ratio(pairs, totals, None), math.log(36 / 72))


class LoadEffectsTests(unittest.TestCase):
    def test_copies_differ_in_the_page_cache_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            model = pathlib.Path(folder) / "model"
            write_model(model)
            speeds = {"copy-1": 1.03, "copy-2": 0.98}
            values = pathlib.Path(folder) / "values.json"
            text = run("load_effects.py", HERE / "scripted_worker.py", model, "--copies", 3, "--sessions", 4,
                       "--pairs", 6, "--json", values, SCRIPTED_SPEEDS=json.dumps(speeds))
            for placement in ("cached", "dropped"):
                row = cells(text, placement)
                self.assertEqual(row[1:4], ["+2.96 ± 0.00", "-2.02 ± 0.00", "+0.00 ± 0.00"])
                self.assertAlmostEqual(float(row[4]), 2.5, delta=0.05)
                self.assertLess(float(row[5]), 0.01)
            self.assertEqual(cells(text, "memory")[1:], ["+0.00 ± 0.00"] * 3 + ["0.00", "1.0000", "0.00"])
            self.assertEqual([len(copy) for copy in json.loads(values.read_text())["cached"]], [4, 4, 4])
            self.assertEqual([path.name for path in pathlib.Path(folder).glob(".load*")], [])


if __name__ == "__main__":
    unittest.main()
