import Dispatch

/// What the operating system tells of this machine and of this process.
///
/// Each operating system has one file that answers; nothing else in the project calls a system of its own.
public enum Machine {
  /// Nanoseconds of a clock that neither jumps nor counts from anything in particular.
  public static var monotonicNanoseconds: UInt64 { DispatchTime.now().uptimeNanoseconds }

  /// The processor architecture that this program was built for, e.g. `x86_64`.
  public static var architecture: String {
    #if arch(x86_64)
      "x86_64"
    #elseif arch(arm64)
      "arm64"
    #else
      "other"
    #endif
  }
}
