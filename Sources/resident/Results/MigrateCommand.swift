import ArgumentParser
import JSON
import Store

struct MigrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate",
    abstract: "Migrate a database of an earlier version to the current schema, as commands that write do.",
    discussion: """
      Every measurement is kept to the bit, in today's tables and columns. All of it happens, or nothing.

      Example: resident migrate
      """)

  @OptionGroup var database: DatabaseOption

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    // A missing database is an error here; opening it for writing would create one.
    let found: Int
    do throws(StoreError) {
      _ = try MeasurementStore(at: database.url, mode: .readOnly)
      found = MeasurementStore.schemaVersion
    } catch .file(_, .olderSchema(let version, _)) {
      found = version
      _ = try database.open(.readWrite)
    }
    let known = MeasurementStore.schemaVersion
    if json {
      let object: JSONValue = ["from": .integer(found), "to": .integer(known)]
      return Terminal.write(result: object)
    }
    let path = database.url.path
    Terminal.write(
      found == known ? "\(path) has schema \(known) already\n" : "\(path): schema \(found) became \(known)\n")
  }
}
