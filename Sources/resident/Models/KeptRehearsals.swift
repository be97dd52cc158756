import Fit
import Foundation
import JSON
import Measurements
import Platform
import Runner
import Store

/// The rates of models that `resident fit` rehearsed on this machine, kept in a file beside the database until the model's
/// files change.
struct KeptRehearsals {
  let threads: Int

  /// More would be of models that are long gone.
  private static let most = 200

  init(threads: Int?) { self.threads = threads ?? Machine.physicalCoreCount }

  /// Nil if the model was not rehearsed in this state of its files, with so many threads on this machine.
  func rates(of folder: URL) -> RehearsedRates? {
    let key = key(of: folder)
    return entries.first { $0["key"]?.string == key }.flatMap { $0["rates"] }.flatMap(RehearsedRates.init(json:))
  }

  /// A folder that cannot be written to is no reason to fail: nothing is predicted of a run then.
  func keep(_ rates: RehearsedRates, of folder: URL) {
    let key = key(of: folder)
    let others = entries.filter { $0["key"]?.string != key }
    let entry: JSONValue = [
      "key": .string(key), "model": .string(folder.lastPathComponent), "rehearsed_at_s": .number(Machine.wallSeconds),
      "rates": rates.json,
    ]
    let value: JSONValue = ["rehearsals": .array(Array(([entry] + others).prefix(Self.most)))]
    try? DurableFile.write(Array((value.serialized(.pretty) + "\n").utf8), to: url.path)
  }

  private var url: URL { DataLocations.folder.appendingPathComponent("rehearsals.json") }

  private var entries: [JSONValue] {
    guard let data = try? Data(contentsOf: url), let value = try? JSONValue(parsing: data) else { return [] }
    return value["rehearsals"]?.array ?? []
  }

  private func key(of folder: URL) -> String {
    "\(FolderStamp(of: folder.resolvingSymlinksInPath()).digest) \(Machine.processorName), \(threads.counted("thread"))"
  }
}

extension PredictionBasis {
  /// What this machine's files and a database know of a model before it is measured.
  init(of folder: URL, threads: Int?, reached: ReachedShares) {
    self.init(
      host: MeasuredSpeed(threads: threads).kept, rehearsed: KeptRehearsals(threads: threads).rates(of: folder),
      reached: reached)
  }
}

extension DatabaseOption {
  /// What runs on this machine reached; none without a database.
  var reachedShares: ReachedShares {
    (exists ? try? open(.readOnly) : nil).map(ReachedShares.init(in:)) ?? ReachedShares([])
  }
}

extension ReachedShares {
  /// Of the runs that were measured on this machine; none where the database cannot tell.
  init(in store: MeasurementStore) {
    let predictions = try? store.predictions(onHost: Measurements.Host.current.fingerprint)
    self.init(predictions?.map(\.reading) ?? [])
  }
}
