import ArgumentParser
import Measurements
import Platform
import Runner
import Store

/// Runs measurements under the host's lock.
enum Measuring {
  /// Runs a plan with progress, and ends it cleanly at Ctrl-C.
  ///
  /// - Parameters:
  ///   - resuming: Goes on with the latest interrupted session of the plan.
  ///   - policy: What to do if something else is measured on this machine.
  /// - Throws: What ``lockHost(for:whenBusy:)`` and the runner throw; exit code 130 after Ctrl-C.
  static func run(
    _ plan: MeasurementPlan, store: MeasurementStore, resuming: Bool, whenBusy policy: HostLock.Policy = .wait
  ) async throws -> SessionNumber {
    let lock = try await lockHost(for: "measuring \(plan.contenders.map(\.model.rawValue))", whenBusy: policy)
    defer { withExtendedLifetime(lock) {} }
    if resuming { try store.check() }
    let progress = ProgressDisplay()
    let work = Task {
      try await MeasurementRunner(plan, store: store, report: progress.show).run(resuming: resuming) { number in
        progress.session = number
      }
    }
    let cancellation = Cancellation { work.cancel() }
    defer {
      progress.end()
      withExtendedLifetime(cancellation) {}
    }
    do {
      return try await work.value
    } catch is CancellationError {
      progress.end()
      if let number = progress.session {
        Terminal.writeError("interrupted; session \(number) is kept. Run the same command with --resume to go on.\n")
      }
      throw ExitCode(130)
    }
  }

  /// Takes the host's lock.
  ///
  /// - Parameter activity: What it is taken for, in a few words.
  /// - Throws: `HostLock.Failure`; exit code 0 if the policy is to step aside.
  static func lockHost(for activity: String, whenBusy policy: HostLock.Policy) async throws -> HostLock {
    do {
      return try await HostLock.acquire(for: activity, whenHeld: policy) { holder in
        Terminal.writeError("waiting for \(holder)\n")
      }
    } catch HostLock.Failure.held(_, let holder) where policy == .stepAside {
      Terminal.writeError("stepped aside for \(holder)\n")
      throw ExitCode.success
    }
  }
}

/// What to do if something else is measured on this machine.
struct LockOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "If something else is measured on this machine: wait, refuse (exit code 2), or step-aside (exit code 0).",
      valueName: "policy"))
  var whenBusy: HostLock.Policy = .wait
}

extension HostLock.Policy: ExpressibleByArgument {}
