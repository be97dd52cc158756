/// The texts that ship with the program.
public enum Texts {
  /// What lanes are tuned on: samples of a small model, made by `scripts/make-calibration-text.py`.
  public static var calibration: String { String(decoding: PackageResources.calibration_txt, as: UTF8.self) }

  /// What lanes are judged on, written for it: prose, letters, code, tables, tool calls, arithmetic. No part of it stands in
  /// `calibration` or in an envelope.
  public static var evaluation: String { String(decoding: PackageResources.evaluation_txt, as: UTF8.self) }
}
