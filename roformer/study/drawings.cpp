#include "roformer/study/drawings.h"

#include "roformer/base/command.h"
#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/log.h"

namespace roformer::study {

namespace fs = std::filesystem;

void write_svg(const fs::path& path, const report::LineChart& chart) {
  const auto svg = report::svg_chart(chart);
  base::require(svg.has_value(),
                "[study] expected a picture for {} but got none: gnuplot (package gnuplot-nox) is "
                "needed to draw it",
                path.string());
  base::write_file_atomically(path, *svg + "\n");
}

std::vector<std::string> write_drawings(const fs::path& folder,
                                        const std::vector<NamedChart>& charts,
                                        const std::vector<NamedHeatMap>& maps) {
  std::vector<std::string> files;
  for (const auto& [file, map] : maps) {
    files.push_back(file + ".svg");
    base::write_file_atomically(folder / files.back(), report::svg_heat_map(map) + "\n");
  }
  if (charts.empty()) return files;
  if (!base::has_program("gnuplot")) {
    spdlog::warn("no curves beside the report: gnuplot is not installed (package gnuplot-nox)");
    return files;
  }
  for (const auto& [file, chart] : charts) {
    files.push_back(file + ".svg");
    write_svg(folder / files.back(), chart);
  }
  return files;
}

}  // namespace roformer::study
