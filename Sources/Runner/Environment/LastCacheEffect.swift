import Fit
import Foundation
import Measurements

/// What the processor's last cache makes of the speeds that slices measure.
///
/// A model whose weights fit there decodes a whole request from it, and loses it to the other model's slices. So it is
/// measured as slower than it is, and a model that no cache holds is not: their difference comes out too small.
public struct LastCacheEffect: Sendable, Equatable {
  /// A model with the bytes of weights that its tokens read.
  struct Weights: Sendable, Equatable {
    var model: ModelID
    var bytes: Int
  }

  /// Smallest first; at least the first one fits.
  let models: [Weights]
  let cacheBytes: Int

  /// Nil if slices treat the models alike: if none fits, if they have about one size, or if the envelope does not slice or
  /// leaves out the beginning of slices. Also nil for engines of which nothing is predicted, and where the system does not
  /// tell the size of its caches.
  public init?(of plan: MeasurementPlan, cacheBytes: Int?) {
    guard let cacheBytes, let slice = plan.envelope.plan.slice, slice.warmUpSeconds == 0,
      !plan.envelope.throughput.isEmpty
    else { return nil }
    self.init(plan.contenders.compactMap(Self.weights), cacheBytes: cacheBytes)
  }

  init?(_ models: [Weights], cacheBytes: Int) {
    self.models = models.sorted { $0.bytes < $1.bytes }
    self.cacheBytes = cacheBytes
    guard let smallest = self.models.first, let largest = self.models.last, smallest.bytes <= cacheBytes,
      Double(largest.bytes) > Self.likeness * Double(smallest.bytes)
    else { return nil }
  }

  /// Models whose sizes differ by less lose the same.
  private static let likeness = 1.05

  private static func weights(of contender: MeasurementPlan.Contender) -> Weights? {
    guard contender.predictionBasis != nil,
      let model = try? FitModel(contentsOf: contender.folder, name: contender.model.rawValue)
    else { return nil }
    // Tokens pick other experts of a mixture, so that all of them pass through the cache.
    return Weights(model: contender.model, bytes: model.experts == nil ? model.bytesPerToken : model.byteCount)
  }
}

extension LastCacheEffect: CustomStringConvertible {
  public var description: String {
    let (inside, outside) = (models.filter { $0.bytes <= cacheBytes }, models.filter { $0.bytes > cacheBytes })
    return "the processor's last cache (\(Footprint.figure(cacheBytes))) holds the weights of \(Self.list(inside))"
      + (outside.isEmpty ? "" : " and not those of \(Self.list(outside))")
      + ". Slices lose it to each other, so that a difference in speed may come out too small; "
      + "\"slice_warm_up_milliseconds\" in an envelope's plan makes up for part of that"
  }

  private static func list(_ models: [Weights]) -> String {
    models.map { "\($0.model) (\(Footprint.figure($0.bytes)))" }.joined(separator: " and ")
  }
}
