import ArgumentParser
import JSON
import Measurements
import Store

extension SessionsCommand {
  struct SetAsideCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set-aside", abstract: "Take a session out of every decision; nothing of it is deleted.",
      discussion: """
        It is pooled with no other, counts for no verdict's maturity and cannot be promoted. As an attempt to unseat the \
        resident it stays counted, and so does its challenge, to which no comparison adds any more. An export says that it \
        was set aside, and verify heeds that. `resident sessions restore` takes it back.

        Example: resident sessions set-aside 7 --why "the fan had stopped"
        """)

    @Argument(help: "The session's number, as `resident sessions` lists it.")
    var session: Int64

    @Option(help: "The reason, which every page that shows the session shows.")
    var why: String

    @OptionGroup var database: DatabaseOption
    @OptionGroup var output: JSONOption

    func run() throws {
      let number = SessionNumber(rawValue: session)
      try database.open(.readWrite).setAside(number, why: why, requestedBy: Requester.name)
      if output.isChosen {
        return Terminal.write(result: ["session": .integer(Int(session)), "is_set_aside": true, "why": .string(why)])
      }
      Terminal.write("session \(number) is set aside: \(why.printable)\n")
    }
  }

  struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "restore", abstract: "Let a session that was set aside take part in decisions again.",
      discussion: "Example: resident sessions restore 7")

    @Argument(help: "The session's number.")
    var session: Int64

    @Option(help: "The reason, for the record.")
    var why = ""

    @OptionGroup var database: DatabaseOption
    @OptionGroup var output: JSONOption

    func run() throws {
      let number = SessionNumber(rawValue: session)
      try database.open(.readWrite).restore(number, why: why, requestedBy: Requester.name)
      if output.isChosen {
        return Terminal.write(result: ["session": .integer(Int(session)), "is_set_aside": false, "why": .string(why)])
      }
      Terminal.write("session \(number) takes part in decisions again\n")
    }
  }
}
