import Measurements
import Vocabulary

extension MeasurementSession {
  init(_ row: RawRow<SessionColumn>) throws(DatasetError) {
    let host = RawRow<HostColumn>(value: try row.required(.host) { $0 }, name: row.name, line: row.line)
    self.init(
      uuid: try row.text(.session), startedAt: try row.number(.startedAt), envelopeID: try row.text(.suite),
      envelopeHash: try row.identifier(.envelopeHash), role: try row.optionalChoice(.role),
      resident: try row.optionalChoice(.resident), candidate: try row.identifier(.candidate),
      orderSeed: try row.required(.orderSeed) { $0.string.flatMap { UInt64($0) } },
      environment: try row.choice(.environment), host: try Host(host), residentVersion: try row.text(.residentVersion),
      challenge: try row.optional(.challenge, \.integer))
  }
}

extension Host {
  fileprivate init(_ row: RawRow<HostColumn>) throws(DatasetError) {
    self.init(
      fingerprint: try row.text(.fingerprint), operatingSystem: try row.text(.operatingSystem),
      architecture: try row.text(.architecture), chip: try row.text(.chip),
      physicalCores: try row.integer(.physicalCores), memoryBytes: Int64(try row.integer(.memory)))
  }
}
