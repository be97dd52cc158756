import ArgumentParser
import JSON
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
  ///   - minutes: How long to wait at most for other programs to end; nil to measure beside them.
  /// - Returns: The session, and what other programs did before it; nil if the system does not tell.
  /// - Throws: What ``lockHost(for:whenBusy:)`` and the runner throw; exit code 130 after Ctrl-C.
  static func run(
    _ plan: MeasurementPlan, store: MeasurementStore, resuming: Bool, whenBusy policy: HostLock.Policy = .wait,
    waitingForQuiet minutes: Double? = nil
  ) async throws -> (session: SessionNumber, machine: MachineActivity?) {
    let lock = try await lockHost(for: "measuring \(plan.contenders.map(\.model.rawValue))", whenBusy: policy)
    defer { withExtendedLifetime(lock) {} }
    if resuming { try store.check() }
    if plan.command.isOverridden {
      Terminal.writeError(
        "\(ProgramIdentity.workerVariable) is set: \(plan.command.executable.path) is measured in place of this program's"
          + " own worker, and the record says so\n")
    }
    if let effect = LastCacheEffect(of: plan, cacheBytes: Machine.lastCacheByteCount) {
      Terminal.writeError("note: \(effect)\n")
    }
    let progress = ProgressDisplay()
    let work = Task {
      let machine = try await look(before: plan, waitingForQuiet: minutes)
      let runner = MeasurementRunner(plan, store: store, report: progress.show)
      return (session: try await runner.run(resuming: resuming) { progress.session = $0 }, machine: machine)
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

  /// Looks at the machine before models are loaded, and says if it is busy.
  ///
  /// - Throws: `RunnerError.machineBusy`, `CancellationError`.
  private static func look(
    before plan: MeasurementPlan, waitingForQuiet minutes: Double?
  ) async throws -> MachineActivity? {
    if let minutes {
      return try await QuietMachine.wait(atMost: minutes) {
        Terminal.writeError("waiting for a quiet machine: \($0.text)\n")
      }
    }
    let activity = try await QuietMachine.look()
    // In the other class, load is what it is about.
    if let activity, !activity.isQuiet, plan.environment == .isolated {
      Terminal.writeError("the machine is busy: \(activity.text). Measuring takes longer for it\n")
    }
    return activity
  }

  /// Takes the host's lock.
  ///
  /// - Parameter activity: What it is taken for, in a few words.
  /// - Throws: `HostLock.Failure`; exit code 0 if the policy is to step aside.
  static func lockHost(for activity: String, whenBusy policy: HostLock.Policy) async throws -> HostLock {
    do {
      return try await HostLock.acquire(
        for: activity, whenHeld: policy, onWait: { Terminal.writeError("waiting for \($0)\n") },
        onLeftOut: { Terminal.writeError("warning: \($0)\n") })
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

/// Whether to wait for other programs to end.
struct QuietOption: ParsableArguments {
  @Option(
    name: .customLong("wait-quiet"), defaultAsFlag: 10, parsing: .next,
    help: ArgumentHelp(
      "Wait until other programs leave the processors alone, and measure nothing if they do not within that many minutes.",
      valueName: "minutes"))
  var minutes: Double?

  func validate() throws {
    guard let minutes else { return }
    guard minutes > 0, minutes <= 10_000 else { throw ValidationError("--wait-quiet must be from 0 to 10000 minutes.") }
  }
}

extension MachineActivity {
  /// For programs; without the names of what ran.
  var json: JSONValue {
    [
      "other_programs_processors": .number(busyProcessors), "processors": .integer(processorCount),
      "load_average": .number(loadAverage), "steal_share": .init(stealShare), "swap_bytes": .integer(swapBytes),
    ]
  }
}
