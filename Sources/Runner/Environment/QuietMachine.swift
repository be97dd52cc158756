import Measurements
import Platform

/// A look at what other programs do with the machine, before anything is measured on it, and the wait until they do nothing.
public enum QuietMachine {
  /// Processors that other programs may keep busy on a quiet machine.
  public static let limit = 0.1
  /// Seconds for which the machine must be quiet.
  public static let span = 5
  /// Seconds after which the wait says again what it waits for.
  static let reportInterval = 10

  /// What other programs do for a second.
  ///
  /// - Returns: Nil if the system does not tell.
  /// - Throws: `CancellationError`.
  public static func look() async throws -> MachineActivity? {
    let start = MachineMoment()
    try await Task.sleep(for: .seconds(1))
    return MachineActivity(from: start, to: MachineMoment())
  }

  /// Waits until other programs have kept less than a tenth of a processor busy, over the last five seconds together.
  ///
  /// - Parameters:
  ///   - minutes: How long to wait at most.
  ///   - report: Told what is waited for, at first and then at most every ten seconds.
  /// - Returns: What the machine did in these five seconds; nil if the system does not tell, which is not waited for.
  /// - Throws: `RunnerError.machineBusy`, `CancellationError`.
  public static func wait(
    atMost minutes: Double, report: (MachineActivity) -> Void = { _ in }
  ) async throws -> MachineActivity? {
    let start = ContinuousClock.now
    var moments = [MachineMoment()]
    var nextReport = start
    while true {
      try await Task.sleep(for: .seconds(1))
      let now = MachineMoment()
      guard let whole = MachineActivity(from: moments[0], to: now),
        let latest = MachineActivity(from: moments[moments.count - 1], to: now)
      else { return nil }
      moments.append(now)
      if moments.count > span {
        if whole.isQuiet { return whole }
        moments.removeFirst()
      }
      if !latest.isQuiet, ContinuousClock.now >= nextReport {
        report(latest)
        nextReport = ContinuousClock.now + .seconds(reportInterval)
      }
      guard ContinuousClock.now < start + .seconds(minutes * 60) else {
        throw RunnerError.machineBusy(minutes: minutes, whole)
      }
    }
  }
}

extension MachineActivity {
  /// Whether other programs leave the processors to what is measured.
  public var isQuiet: Bool { busyProcessors < QuietMachine.limit }

  /// In words, for people on this machine: `other programs use 1.7 of 2 processors (load 3.2): clang 1.0, python3 0.7`.
  public var text: String {
    var text = "other programs use \(Self.figure(busyProcessors)) of \(processorCount) processors"
    text += " (load \(Self.figure(loadAverage))"
    if let stealShare, stealShare >= 0.01 { text += ", \(Int((stealShare * 100).rounded())) % taken by the hypervisor" }
    if swapBytes > 0 { text += ", \(swapBytes / 1_000_000) MB of swap in use" }
    let programs = busiest.filter { $0.processors >= 0.05 }.map { "\($0.name.printable) \(Self.figure($0.processors))" }
    return text + ")" + (programs.isEmpty ? "" : ": " + programs.joined(separator: ", "))
  }

  /// With one decimal, as far as it says anything.
  private static func figure(_ value: Double) -> String {
    let tenths = Int((min(value, 1e6) * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
