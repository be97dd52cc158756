import JSON
import Measurements

/// What an envelope's text says about the regime of its figures.
struct EnvelopeCells {
  /// By throughput cell.
  private let concurrency: [CellID: Int]
  private let tasks: Set<CellID>
  private let loops: Set<CellID>
  /// What cells and items are called; the envelope is published whole, and these with it.
  let names: Set<String>
  let samplingSeed: JSONValue

  init(_ envelope: JSONValue) {
    var concurrency: [CellID: Int] = [:]
    for cell in envelope["throughput"]?.array ?? [] {
      if let id = cell["id"]?.string { concurrency[CellID(rawValue: id)] = cell["concurrency"]?.integer ?? 1 }
    }
    self.concurrency = concurrency
    tasks = Set((envelope["accuracy"]?.array ?? []).compactMap { $0["id"]?.string.map(CellID.init(rawValue:)) })
    loops = Set((envelope["tool_loops"]?.array ?? []).compactMap { $0["id"]?.string.map(CellID.init(rawValue:)) })
    let items = ["throughput", "accuracy", "tool_loops"].flatMap { envelope[$0]?.array ?? [] }.flatMap { cell in
      [cell["id"]] + (cell["items"]?.array ?? []).map { $0["id"] }
    }
    names = Set(items.compactMap { $0?.string })
    samplingSeed = envelope["sampling"]?["seed"] ?? .null
  }

  func concurrency(of cell: CellID) -> Int? { concurrency[cell] }
  func hasLoop(_ cell: CellID) -> Bool { loops.contains(cell) }
  func hasTask(_ cell: CellID) -> Bool { tasks.contains(cell) }
}
