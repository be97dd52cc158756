import JSON
import Measurements
import Store

/// The models that were measured under the envelopes of one name: as they stand, and over time.
public struct EnvelopeFacts: Sendable, Equatable {
  public let id: String
  /// How many comparisons have a verdict.
  public let comparisons: Int
  /// By model, then in the order of cells and metrics.
  public let trends: [Trend]
  /// By model, then host.
  public let models: [MeasuredModel]

  /// For programs.
  public var json: JSONValue {
    [
      "id": .string(id), "comparisons": .integer(comparisons), "trends": .array(trends.map(\.json)),
      "lanes": .array(models.map(\.json)),
    ]
  }

  /// The facts of each envelope, by name.
  ///
  /// - Parameter starts: When each comparison began, in seconds since 1970. The time of the verdict replaces a missing one.
  static func all(_ comparisons: [Report.Comparison], starts: [SessionNumber: Double]) -> [EnvelopeFacts] {
    Dictionary(grouping: comparisons, by: \.envelope).sorted { $0.key < $1.key }.map { id, own in
      let ordered = own.map { (startedAt: starts[$0.number] ?? $0.recordedAt, comparison: $0) }
        .sorted { ($0.startedAt, $0.comparison.number.rawValue) < ($1.startedAt, $1.comparison.number.rawValue) }
      return EnvelopeFacts(id, ordered)
    }
  }

  private init(_ id: String, _ ordered: [(startedAt: Double, comparison: Report.Comparison)]) {
    self.id = id
    comparisons = ordered.count
    var trends = TrendCollection()
    var models: [ModelKey: MeasuredModel] = [:]
    for (startedAt, comparison) in ordered {
      // What was set aside is shown on its own page alone.
      for side in [Side.resident, .candidate] where comparison.mark.setAside == nil {
        trends.add(comparison, side, startedAt: startedAt)
        let model = MeasuredModel(comparison, side: side)
        models[ModelKey(model: model.model, host: model.host, origin: model.origin.kind)] = model
      }
    }
    self.trends = trends.all
    let ordered = models.values.sorted {
      ($0.model, $0.host, $1.origin.kind) < ($1.model, $1.host, $0.origin.kind)
    }
    self.models = ordered.map { model in
      var model = model
      model.isOnFrontier =
        model.speed != nil && model.accuracy != nil && !ordered.contains { $0.dominates(model) }
      return model
    }
  }
}

private struct ModelKey: Hashable {
  let model: ModelID
  let host: String
  let origin: String
}
