import Foundation
import Platform

/// The documents beside the shards, for people and for loaders: `README.md` and the folder `schemas/`.
struct DatasetCard {
  private let rows: [DatasetTable: Int]
  private let bytes: Int
  private let format: ShardFormat
  /// The shards of each table, where others lie beside them whose rows they have.
  private let listed: [DatasetTable: [ShardName]]?

  init(index: DatasetIndex) {
    var rows: [DatasetTable: Int] = [:]
    for shard in index.entries.flatMap(\.shards) {
      if let table = shard.name.table { rows[table, default: 0] += shard.rows }
    }
    self.rows = rows
    bytes = index.entries.flatMap(\.shards).reduce(0) { $0 + $1.bytes }
    format = index.format ?? .parquet
    listed =
      index.hasReplacements
      ? Dictionary(grouping: index.entries.flatMap(\.shards).map(\.name)) { $0.table ?? .measurements } : nil
  }

  /// The files that change as the dataset grows, relative to its folder.
  static let paths = ["README.md", rankingsName] + DatasetTable.allCases.map { "schemas/\($0.rawValue).schema.json" }

  static let rankingsName = "RANKINGS.md"

  /// Writes the documents that differ from what is there.
  ///
  /// - Throws: `file`.
  func write(to folder: URL) throws(DatasetError) {
    try Self.write(text, to: "README.md", in: folder)
    for table in DatasetTable.allCases {
      try Self.write(
        table.schema.serialized(.pretty) + "\n", to: "\(table.rawValue).schema.json",
        in: folder.appendingPathComponent("schemas"))
    }
  }

  var text: String { frontMatter + body }

  private var tables: [DatasetTable] { DatasetTable.allCases.filter { rows[$0, default: 0] > 0 } }

  private var frontMatter: String {
    var lines = [
      "---", "license: apache-2.0", "pretty_name: Resident measurements", "tags:", "- benchmark", "- language-models",
      "- quantization", "- inference-speed", "size_categories:", "- \(sizeCategory)",
    ]
    lines += features
    lines.append("configs:")
    for table in tables {
      lines.append("- config_name: \(table.rawValue)")
      if table == tables.first { lines.append("  default: true") }
      lines += ["  data_files:", "  - split: train"]
      if let listed {
        // Two batches may have the same shard of envelopes.
        lines.append("    path:")
        lines += Set((listed[table] ?? []).map(\.path)).sorted().map { "    - \($0)" }
      } else {
        lines.append("    path: \(table.rawValue)/*\(format.fileExtension)")
      }
    }
    return (lines + ["---", ""]).joined(separator: "\n")
  }

  /// The types of the tables whose older shards lack a column: loaders take the oldest shard for all of them otherwise.
  private var features: [String] {
    let mixed = tables.filter { $0.columns.contains(where: \.definition.isLater) }
    guard !mixed.isEmpty else { return [] }
    return ["dataset_info:"]
      + mixed.flatMap { table in
        ["- config_name: \(table.rawValue)", "  features:"]
          + table.columns.flatMap { ["  - name: \($0.name)", "    \($0.definition.kind.feature)"] }
      }
  }

  private var body: String {
    """

    # Resident measurements

    Speed, memory and accuracy of language models, compared in pairs on the same machine in alternation, and every
    verdict that was reached, whatever its outcome. Written by `resident export`.

    ```python
    from datasets import load_dataset
    measurements = load_dataset("path/to/this/folder", "measurements", split="train")
    ```

    `resident verify DIR` computes every verdict again from `samples`.

    | table | rows | a row is |
    | --- | ---: | --- |
    \(tables.map { "| `\($0.rawValue)` | \(rows[$0, default: 0]) | \($0.summary) |" }.joined(separator: "\n"))

    The shards have \(bytes) bytes in all. A shard's name ends in the first 32 hexadecimal digits of the SHA-256 of its
    bytes; shards are never changed, only added. `index/` says what each batch of shards holds, `schemas/` has the JSON
    Schema of each table, and `RANKINGS.md` shows the last verdict on each comparison.\(replacements)

    Only the columns below leave a machine. Names have the form of names of models, engines and files; anything else is
    given as a hash, and so is what models wrote. Messages are sentences of the program with such values in them, and "…"
    stands for text of others. The only prompts are those of the envelopes, which are published whole: a verdict is
    checked against the contract that it was reached under.

    \(tables.map(section).joined(separator: "\n\n"))

    """
  }

  private var replacements: String {
    guard listed != nil else { return "" }
    return """


      Small batches were merged into larger ones, whose entries in `index/` name under `replaces` those that they replace.
      The replaced shards stay valid and are not listed at the head of this file: whoever reads all files of a folder counts
      their rows twice.
      """
  }

  private func section(_ table: DatasetTable) -> String {
    let lines = table.columns.map { name, definition in
      "| `\(name)` | \(definition.kind.rawValue) | \(definition.summary.replacing("|", with: "\\|")) |"
    }
    return "## \(table.rawValue)\n\n| column | type | what it is |\n| --- | --- | --- |\n"
      + lines.joined(separator: "\n")
  }

  /// The hub's name of the dataset's size, by the rows of all tables.
  private var sizeCategory: String {
    let total = rows.values.reduce(0, +)
    let steps = [
      (1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
      (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"), (1_000_000_000, "100M<n<1B"),
    ]
    return steps.first { total < $0.0 }?.1 ?? "1B<n<10B"
  }

  /// Writes a document unless its bytes are there already.
  ///
  /// - Throws: `file`.
  static func write(_ text: String, to name: String, in folder: URL) throws(DatasetError) {
    let bytes = Array(text.utf8)
    let url = folder.appendingPathComponent(name)
    if FileStatus(ofNameAt: url.path)?.isRegular == true, (try? RegularFile.read(url.path)) == bytes { return }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try DurableWrite.create(name, in: folder, bytes)
    } catch {
      throw .file(name: name, reason: error.localizedDescription)
    }
  }
}

extension ColumnDefinition.Kind {
  /// The type in the terms of `datasets`, as the card's front matter has it.
  fileprivate var feature: String {
    switch self {
    case .text: "dtype: string"
    case .integer: "dtype: int64"
    case .number: "dtype: float64"
    case .boolean: "dtype: bool"
    case .texts: "list: string"
    case .integers: "list: int64"
    case .numbers: "list: float64"
    }
  }
}
