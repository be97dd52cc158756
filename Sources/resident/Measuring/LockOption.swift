import ArgumentParser
import Platform

/// What to do where something else is measured on this machine.
struct LockOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where something else is measured on this machine: wait, refuse (exit code 2), or step-aside (exit code 0).",
      valueName: "manner"))
  var whenBusy: HostLock.Manner = .wait

  /// Takes the host's lock.
  ///
  /// - Throws: `HostLock.Failure`; the exit code 0 where this is to step aside.
  static func acquire(_ manner: HostLock.Manner, for activity: String) async throws -> HostLock {
    do {
      return try await HostLock.acquire(for: activity, manner: manner) { holder in
        Terminal.writeError("waiting for \(holder)\n")
      }
    } catch HostLock.Failure.held(_, let holder) where manner == .stepAside {
      Terminal.writeError("stepped aside for \(holder)\n")
      throw ExitCode.success
    }
  }
}

extension HostLock.Manner: ExpressibleByArgument {}
