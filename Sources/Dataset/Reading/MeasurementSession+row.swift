import Measurements

extension MeasurementSession {
  init(_ row: RawRow<SessionColumn>) throws(DatasetError) {
    guard try row.integer(.schemaVersion) == datasetSchemaVersion else {
      throw row.error("the columns are of another version; this program reads \(datasetSchemaVersion)")
    }
    self.init(
      uuid: try row.text(.session), startedAt: try row.number(.startedAt), envelopeID: try row.text(.suite),
      envelopeHash: try row.identifier(.envelopeHash), role: try row.optionalChoice(.role),
      resident: try row.optionalChoice(.resident), candidate: try row.identifier(.candidate),
      orderSeed: try row.required(.orderSeed) { $0.string.flatMap { UInt64($0) } },
      environment: try row.choice(.environment), host: try Host(row), residentVersion: try row.text(.residentVersion),
      challenge: try row.optional(.challenge, \.integer))
  }
}

extension Host {
  fileprivate init(_ row: RawRow<SessionColumn>) throws(DatasetError) {
    self.init(
      fingerprint: try row.text(.hostFingerprint), operatingSystem: try row.text(.operatingSystem),
      architecture: try row.text(.architecture), chip: try row.text(.chip),
      physicalCores: try row.integer(.physicalCores), memoryBytes: Int64(try row.integer(.memory)))
  }
}

extension [BlockVoid] {
  init(_ row: RawRow<SessionColumn>) throws(DatasetError) {
    let cells = try row.list(.voidCells, \.string)
    let blocks = try row.list(.voidBlocks, \.integer)
    let reasons = try row.list(.voidReasons, \.string)
    guard cells.count == blocks.count, blocks.count == reasons.count else {
      throw row.error("the lists of void blocks differ in length")
    }
    self = zip(zip(cells, blocks), reasons).map { place, reason in
      BlockVoid(cell: CellID(rawValue: place.0), block: place.1, reason: reason)
    }
  }
}
