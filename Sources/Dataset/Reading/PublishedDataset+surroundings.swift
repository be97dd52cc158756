import Measurements

extension PublishedDataset {
  /// What went on around the sessions that one entry of the index is of, by the sessions' UUIDs.
  func surroundings(ofEntry position: Int) throws(DatasetError) -> [String: Surroundings] {
    let entry = index.entries[position]
    var found: [String: Surroundings] = [:]
    try forEachRow(of: .incidents, in: entry, IncidentColumn.self) { row throws(DatasetError) in
      found[try row.text(.session), default: Surroundings()].incidents.append(try Incident(row))
    }
    try forEachRow(of: .hostReadings, in: entry, HostReadingColumn.self) { row throws(DatasetError) in
      let session = try row.text(.session)
      guard try row.integer(.reading) == found[session]?.blocks.count ?? 0 else {
        throw row.error("the readings of session \(session) are not in order")
      }
      found[session, default: Surroundings()].blocks.append(
        .init(
          cell: try row.identifier(.cell), block: try row.integer(.block),
          observation: BlockObservation(reading: try HostReading(row), traces: [])))
    }
    try forEachRow(of: .memoryTraces, in: entry, MemoryTraceColumn.self) { row throws(DatasetError) in
      let session = try row.text(.session)
      let reading = try row.integer(.reading)
      guard found[session]?.blocks.indices.contains(reading) == true else {
        throw row.error("session \(session) has no reading \(reading)")
      }
      found[session]?.blocks[reading].observation.traces.append(try MemoryTrace(row))
    }
    return found
  }
}

extension Incident {
  fileprivate init(_ row: RawRow<IncidentColumn>) throws(DatasetError) {
    self.init(
      kind: try row.choice(.kind), occurredAt: try row.number(.occurredAt), model: try row.optionalChoice(.model),
      detail: try row.text(.message))
  }
}

extension HostReading {
  fileprivate init(_ row: RawRow<HostReadingColumn>) throws(DatasetError) {
    self.init(
      loadAverage: try row.number(.loadAverage), stealShare: try row.optional(.stealShare, \.exactDouble),
      freeMemoryBytes: try row.integer(.freeMemory), swapBytes: try row.integer(.swap),
      temperature: try row.optional(.temperature, \.exactDouble), isOnMains: try row.optional(.isOnMains, \.bool),
      calibrationRate: try row.optional(.calibrationRate, \.exactDouble))
  }
}

extension MemoryTrace {
  fileprivate init(_ row: RawRow<MemoryTraceColumn>) throws(DatasetError) {
    let values = try row.list(.series) { $0.integer.map(Int64.init) }
    guard values.allSatisfy({ $0 >= 0 }) else { throw row.error("a value of the series is negative") }
    self.init(subject: try row.choice(.subject), startedAt: try row.number(.startedAt), values: values)
  }
}
