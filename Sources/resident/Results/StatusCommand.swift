import ArgumentParser
import Foundation
import JSON
import ModelRegistry
import Platform
import Report
import Store
import Verdicts

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Say who holds which role on what evidence, what candidates lack, and what runs now.",
    discussion: "Example: resident status")

  @OptionGroup var registry: RegistryOption
  @OptionGroup var database: DatabaseOption

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let store = try database.open(.readOnly)
    let (roles, problem) = registry.file.modelsIfReadable
    let admission = (try? RegistryPolicyFile(beside: registry.file.url).read()?.admission) ?? .none
    let status = StatusText(
      overview: try Overview(store, registry: roles, admitting: admission), registryProblem: problem,
      lastNight: try store.nights().last?.summary, running: try store.progress(), lockHolder: HostLock.holder())
    let style = TerminalStyle()
    json ? Terminal.write(result: status.json) : Terminal.write(status.text(style), style)
  }
}

/// The state of roles and measurements, for a terminal and for programs.
private struct StatusText {
  let overview: Overview
  /// Why no role is known from the registry; nil if it was read.
  let registryProblem: String?
  /// As `resident nightly run --json` printed it; nil if no night was recorded.
  let lastNight: JSONValue?
  /// Sessions that are marked as running.
  let running: [SessionProgress]
  /// What holds this machine's lock; nil if nothing is measured.
  let lockHolder: String?

  /// Ends with a line feed.
  func text(_ style: TerminalStyle) -> String {
    [roles(style), candidates(style), night, now].joined(separator: "\n")
  }

  private func roles(_ style: TerminalStyle) -> String {
    let rows = overview.roles.map { role in
      let evidence = role.comparison.map { number in
        let outcome = overview.comparisons.first { $0.number == number }?.outcome.rawValue
        return "comparison \(number): \(outcome ?? "no verdict")"
      }
      let origin =
        switch role.source {
        case .registry: "named in the registry"
        case .edit: "the last edit"
        case .comparison: "the last comparison"
        }
      return [role.role.rawValue, role.holder.rawValue, role.since.map(Self.day) ?? "-", evidence ?? origin]
    }
    let problem = registryProblem.map { "  the registry is not read: \($0.printable)\n" } ?? ""
    return "roles\n" + style.table(["role", "resident", "since", "evidence"], rows) + problem
  }

  private func candidates(_ style: TerminalStyle) -> String {
    let rows = overview.openVerdicts.map { open in
      [
        open.role.rawValue, open.latest.model(.candidate).rawValue, open.latest.envelope, "\(open.latest.number)",
        open.latest.outcome.rawValue,
        open.latest.maturity, open.latest.lacks.joined(separator: "; "),
      ]
    }
    guard !rows.isEmpty else { return "open verdicts\n  none\n" }
    let columns = ["role", "candidate", "envelope", "comparison", "outcome", "maturity", "lacks"]
    return "open verdicts\n" + style.table(columns, rows)
  }

  private var night: String {
    guard let night = lastNight else { return "last night\n  none was recorded\n" }
    let results = night["results"]?.array ?? []
    let done = results.count { $0["state"]?.string == "done" }
    let problems = (night["problems"]?.array ?? []).compactMap(\.string).map { "  problem: \($0.printable)\n" }
    let minutes = String(format: "%.1f min", night["minutes"]?.number ?? 0)
    let budget = String(format: "%.1f min", night["budget_minutes"]?.number ?? 0)
    let interrupted = night["was_interrupted"]?.bool == true ? ", interrupted" : ""
    return
      "last night\n  \((night["night"]?.string ?? "?").printable) of \(Self.time(night["started_at"]?.number ?? 0)): "
      + "\(done) of \(results.count) tasks done in \(minutes) of \(budget)\(interrupted)\n" + problems.joined()
  }

  private var now: String {
    guard let lockHolder else {
      let stale = running.map {
        "  session \($0.number) is marked as running, but nothing is measured here: it was killed; --resume goes on\n"
      }
      return "now\n  nothing is measured on this machine\n" + stale.joined()
    }
    let sessions = running.prefix(1).map { session in
      let models = session.resident.map { "\(session.candidate) against \($0)" } ?? "\(session.candidate) alone"
      let place = session.last.map { ", last block \($0.block) of \($0.cell)" } ?? ""
      return "  session \(session.number): \(models), \(session.envelopeID), \(session.samples) samples\(place)"
        .printable
        + "\n"
    }
    return "now\n  \(lockHolder.printable)\n" + sessions.joined()
  }

  var json: JSONValue {
    [
      "roles": .array(overview.roles.map(\.json)),
      "registry_problem": .init(registryProblem),
      "open_verdicts": .array(overview.openVerdicts.map(\.json)), "last_night": lastNight ?? .null,
      "lock_holder": .init(lockHolder),
      "running": .array(
        running.map {
          [
            "session": .integer(Int($0.number.rawValue)), "candidate": .string($0.candidate.rawValue),
            "resident": .init($0.resident?.rawValue), "envelope": .string($0.envelopeID),
            "samples": .integer($0.samples), "void_blocks": .integer($0.voidBlocks),
            "started_at_s": .number($0.startedAt),
          ]
        }),
    ]
  }

  private static func day(_ seconds: Double) -> String {
    Date(timeIntervalSince1970: seconds).formatted(.iso8601.year().month().day())
  }

  private static func time(_ seconds: Double) -> String { Date(timeIntervalSince1970: seconds).formatted(.iso8601) }
}
