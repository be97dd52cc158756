import Measurements
import Store

/// What was predicted of the models of one host, and what they then took and reached.
public struct FitFacts: Sendable, Equatable {
  public let host: Host
  /// The largest predicted memory first.
  public let models: [HostPrediction]

  /// One per host, the one with most models first.
  static func all(_ predictions: [HostPrediction]) -> [FitFacts] {
    Dictionary(grouping: predictions, by: \.host.fingerprint).values.compactMap { own in
      own.first.map { first in
        FitFacts(
          host: first.host,
          models: own.sorted {
            ($1.reading.memory.total, $0.reading.model.rawValue) < ($0.reading.memory.total, $1.reading.model.rawValue)
          })
      }
    }.sorted { ($1.models.count, $0.host.fingerprint) < ($0.models.count, $1.host.fingerprint) }
  }

  /// The cells that decode one sequence at a time, each with the number of its model from 1.
  var points: [Point] {
    let cells = models.enumerated().flatMap { index, model in
      model.reading.decode.map { Point(number: index + 1, decode: $0) }
    }
    // Several sequences share the bytes of a step, so that their limit is higher.
    guard let bandwidth = cells.map(\.bandwidth).min() else { return [] }
    return cells.filter { $0.bandwidth < bandwidth * 1.5 }
  }

  struct Point: Equatable {
    let number: Int
    let decode: PredictionReading.Decode

    /// Bytes per second.
    var bandwidth: Double { decode.predicted.limit * Double(decode.predicted.bytesPerStep) }
  }
}
