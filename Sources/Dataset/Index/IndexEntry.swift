import JSON
import Store

/// What one batch of an export wrote: a file of the folder `index/`.
///
/// The entries together say what a dataset holds, so neither an export nor an import reads shards to learn what is new.
struct IndexEntry: Equatable {
  struct Shard: Equatable {
    var name: ShardName
    var rows: Int
    var bytes: Int
  }

  struct Session: Equatable {
    var uuid: String
    var samples: Int
  }

  struct Verdict: Hashable {
    var session: String
    var key: VerdictKey
  }

  var format: ShardFormat
  var shards: [Shard]
  /// Whose samples, runs and context the shards hold.
  var sessions: [Session]
  var verdicts: [Verdict]
  /// Hashes of the envelopes whose texts the shards hold.
  var envelopes: [String]

  func shards(of table: DatasetTable) -> [ShardName] { shards.map(\.name).filter { $0.table == table } }
}
