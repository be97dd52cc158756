/// What other programs did with this machine between two moments.
public struct MachineActivity: Sendable, Equatable {
  /// A process, and the processors that it kept busy on average.
  public struct Program: Sendable, Equatable {
    /// As the system shortens it: for people on this machine, never stored.
    public var name: String
    public var processors: Double

    public init(name: String, processors: Double) {
      self.name = name
      self.processors = processors
    }
  }

  /// Processors that other programs kept busy on average, of those that this one may use.
  public var busyProcessors: Double
  public var processorCount: Int
  /// The share of processor time that a hypervisor took; nil if none is reported.
  public var stealShare: Double?
  /// Runnable threads in the minute before.
  public var loadAverage: Double
  /// Bytes of swap in use.
  public var swapBytes: Int
  /// The three processes that used most, the busiest first; fewer if no more used any, none if the system does not tell.
  public var busiest: [Program]

  public init(
    busyProcessors: Double, processorCount: Int, stealShare: Double? = nil, loadAverage: Double = 0, swapBytes: Int = 0,
    busiest: [Program] = []
  ) {
    self.busyProcessors = busyProcessors
    self.processorCount = processorCount
    self.stealShare = stealShare
    self.loadAverage = loadAverage
    self.swapBytes = swapBytes
    self.busiest = busiest
  }

  /// Nil if the system does not count what its processors do, or if the moments are too close to each other.
  public init?(from earlier: MachineMoment, to later: MachineMoment) {
    guard let before = earlier.times, let after = later.times, after.count > 0, after.all > before.all,
      later.nanoseconds > earlier.nanoseconds
    else { return nil }
    // A counter may go back: the system corrects its estimate of what was idle.
    func ticks(_ before: UInt64, _ after: UInt64) -> Double { after > before ? Double(after - before) : 0 }
    let all = ticks(before.all, after.all)
    let perProcessor = all / Double(after.count)
    let own = Double(later.own.nanoseconds - earlier.own.nanoseconds) / Double(later.nanoseconds - earlier.nanoseconds)
    let programs = later.processes.compactMap { process, use -> Program? in
      let used = earlier.processes[process].map { use.ticks > $0.ticks ? use.ticks - $0.ticks : 0 } ?? use.ticks
      return used > 0 ? Program(name: use.name, processors: Double(used) / perProcessor) : nil
    }
    self.init(
      busyProcessors: max(0, ticks(before.busy, after.busy) / perProcessor - own), processorCount: after.count,
      stealShare: after.stolen.map { ticks(before.stolen ?? 0, $0) / all }, loadAverage: Machine.loadAverage,
      swapBytes: max(0, Machine.swapByteCount),
      busiest: Array(programs.sorted { ($1.processors, $0.name) < ($0.processors, $1.name) }.prefix(3)))
  }
}

/// What the system has counted of its processors by one moment.
public struct MachineMoment: Sendable {
  var nanoseconds = Machine.monotonicNanoseconds
  /// Nil if the system does not count.
  var times = Machine.processorTimes
  var own = Machine.processorUse
  var processes = Machine.ticksByProcess

  public init() {}
}

/// Ticks of processors since boot, summed, in the system's unit.
struct ProcessorTimes: Sendable, Equatable {
  /// How many processors they are of.
  var count = 0
  /// Of programs and of the kernel.
  var busy: UInt64 = 0
  /// That a hypervisor took; nil if none is reported.
  var stolen: UInt64?
  var all: UInt64 = 0
}
