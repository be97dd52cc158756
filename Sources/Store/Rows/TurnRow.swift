import GRDB
import JSON
import Measurements

/// What a turn has beside its sample, as a row of the table `turns`.
struct TurnRow: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "turns"

  var sample: Int64
  var round: Int
  var parser: String?
  var failures: String?
  var detail: String?
  var isAnswered: Bool?
  var text: String?

  enum CodingKeys: String, CodingKey {
    case sample, round, parser, failures, detail, text
    case isAnswered = "is_answered"
  }

  init(_ turn: TurnReading, round: Int, sample: Int64) {
    self.sample = sample
    self.round = round
    guard let judgement = turn.judgement else { return }
    parser = judgement.parser.storable
    failures = JSONValue.array(judgement.failures.map { .string($0) }).serialized()
    detail = judgement.detail.storable
    isAnswered = judgement.isAnswered
    text = judgement.text.storable
  }

  var judgement: TurnJudgement? {
    guard let parser, let failures, let detail, let isAnswered, let text,
      let names = (try? JSONValue(parsing: failures))?.array?.compactMap(\.string)
    else { return nil }
    return TurnJudgement(parser: parser, failures: names, detail: detail, isAnswered: isAnswered, text: text)
  }
}
