// The drawings of a study as files beside its report, which its result and pages of claims show.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "roformer/report/heat_map.h"
#include "roformer/report/line_chart.h"

namespace roformer::study {

/// A chart with the name of its file, without ending.
struct NamedChart {
  std::string file;
  report::LineChart chart;
};

/// The same of a heat map.
struct NamedHeatMap {
  std::string file;
  report::HeatMap map;
};

/// Writes the chart as an SVG file. Throws Error where gnuplot is not installed.
void write_svg(const std::filesystem::path& path, const report::LineChart& chart);

/// Writes each as FILE.svg into the folder and returns the files' names, maps first. Charts are
/// gnuplot's to draw: without it a warning says that they are missing; maps need nothing.
std::vector<std::string> write_drawings(const std::filesystem::path& folder,
                                        const std::vector<NamedChart>& charts,
                                        const std::vector<NamedHeatMap>& maps = {});

}  // namespace roformer::study
