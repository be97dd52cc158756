import Measurements

extension LineWriter {
  /// Lists of equal length. One that lacks an element would be of no use to a reader, and is null.
  mutating func slices(_ slices: [Slice]) {
    func list(_ value: (Slice) -> Int64?) -> [Int64]? {
      let values = slices.compactMap(value)
      return slices.isEmpty || values.count < slices.count ? nil : values
    }
    integers(SampleColumn.sliceTokens.rawValue, list { Int64($0.tokens) })
    integers(SampleColumn.sliceTimes.rawValue, list(\.nanoseconds))
    integers(SampleColumn.sliceProcessorTimes.rawValue, list(\.processorNanoseconds))
    integers(SampleColumn.sliceSwitches.rawValue, list { $0.involuntarySwitches.map(Int64.init) })
  }
}

extension [Slice] {
  /// - Parameter prompt: Tokens of the prompt that were processed: the first slices are of these.
  init(_ row: TableRow<SampleColumn>, prompt: Int) throws(DatasetError) {
    let tokens = try row.optionalList(.sliceTokens, \.integer) ?? []
    let times = try row.optionalList(.sliceTimes, \.integer) ?? []
    let processorTimes = try row.optionalList(.sliceProcessorTimes, \.integer)
    let switches = try row.optionalList(.sliceSwitches, \.integer)
    let counts = [times.count, processorTimes?.count, switches?.count].compactMap(\.self)
    guard counts.allSatisfy({ $0 == tokens.count }) else { throw row.error("the lists of slices differ in length") }
    // Whether the counts are possible is found out with the whole sample.
    var left = prompt
    self = tokens.indices.map { index in
      let slice = Slice(
        phase: left > 0 ? .prefill : .decode, tokens: tokens[index], nanoseconds: Int64(times[index]),
        processorNanoseconds: processorTimes.map { Int64($0[index]) }, involuntarySwitches: switches?[index])
      left = left &- slice.tokens
      return slice
    }
  }
}
