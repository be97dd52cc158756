import Measurements

extension PublicSession {
  /// - Throws: `withoutRegime` for a figure that nobody could interpret, `unusableTime`.
  func checkRegime() throws(DatasetError) {
    for sample in samples.joined() {
      if let missing = cells.missingRegime(of: sample) { throw .withoutRegime(number, sample.place, missing: missing) }
      guard UTCTime(sample.startedAt) != nil else { throw .unusableTime(number) }
    }
  }

  func concurrency(of place: Sample.Place) -> Int? {
    place.item == nil && place.round == nil ? cells.concurrency(of: place.cell) : 1
  }

  /// The figures of a sample; what failed has one without a value, so that it can't be overlooked.
  static func figures(of sample: Sample) -> [(metric: Metric?, value: Double?)] {
    guard sample.status == .success else { return [(nil, nil)] }
    return sample.figures.map { ($0.metric, $0.value) }
  }
}
