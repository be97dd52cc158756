import Foundation
import JSON
import TestSupport
import Testing

/// A folder with two real models, a registry and a small envelope.
struct Comparison {
  let folder: TemporaryFolder
  let program: Program

  init(minimumEffect: Double = 0.02, blocks: Int = 4, minimumBlocks: Int? = nil) throws {
    folder = try TemporaryFolder()
    program = Program(in: folder.url)
    let models = folder("models")
    try FileManager.default.createDirectory(at: models, withIntermediateDirectories: true)
    for model in [TestModels.imported, TestModels.uniform] {
      try FileManager.default.createSymbolicLink(
        at: models.appendingPathComponent(model.lastPathComponent), withDestinationURL: model)
    }
    try folder.write(Self.registry, to: "registry.json")
    try folder.write(Self.envelope(minimumEffect, blocks: blocks, minimumBlocks: minimumBlocks), to: "tiny.json")
    // Alone, it is too weak to decide.
    let allowed = try program.run("registry", "allow", "*", "tiny.json")
    try #require(allowed.status == 0, "\(allowed.errors)")
  }

  /// Compares the candidate with the resident of `default`.
  static let arguments = [
    "compare", "smollm2-135m-4bit-g64", "--role", "default", "--envelope", "tiny.json", "--threads", "1",
  ]

  /// Runs the comparison, and returns what it printed.
  func run() throws -> JSONValue {
    let compared = try program.run(Self.arguments + ["--json"])
    try #require(compared.status == 0, "\(compared.errors)")
    return try JSONValue(parsing: compared.output)
  }

  /// With other keys, odd spacing and no trailing line feed, all of which must survive an edit.
  static let registry = """
    { "models":  { "default": "smollm2-135m",   "coding": "smollm2-135m" },
      "endpoints": { "mlx_local": "http://localhost:11434" } }
    """

  var registryText: String {
    get throws { try folder.text(of: "registry.json") }
  }

  static func envelope(_ minimumEffect: Double, blocks: Int = 4, minimumBlocks: Int? = nil) -> String {
    """
    {"schema": 1, "id": "tiny", "version": 1, "description": "For tests: a few seconds.",
     "sampling": {"temperature": 0, "top_p": 1, "seed": 0},
     "throughput": [{"id": "short", "text": "The quick brown fox. ", "prompt_tokens": 32, "decode_tokens": 8}],
     "accuracy": [{"id": "facts", "kind": "multiple_choice", "items": [
       {"id": "f1", "prompt": "The capital of France is", "options": ["Paris", "London"], "answer": 0},
       {"id": "f2", "prompt": "The opposite of hot is", "options": ["blue", "cold"], "answer": 1}]}],
     "plan": {"blocks": \(blocks), "minimum_blocks": \(minimumBlocks ?? blocks), "warm_ups": 1, "order_seed": 1, "divergence_limit": 1, "void_limit": 0.5},
     "promotion": {"confidence": 0.5,
       "objectives": [{"metric": "cumulative_tokens_per_second", "cell": "short", "min_effect": \(minimumEffect)}],
       "guardrails": [{"metric": "peak_memory_bytes", "margin": 0.5}],
       "maturity": {"comparisons": 1, "days_between": 0, "allow_provisional": true}}}
    """
  }
}
