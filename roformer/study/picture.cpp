#include "roformer/study/picture.h"

#include <fmt/format.h>

#include <cmath>

#include "roformer/base/command.h"
#include "roformer/base/file.h"
#include "roformer/base/log.h"
#include "roformer/report/page.h"
#include "roformer/study/figure2_chart.h"
#include "roformer/study/report_sources.h"

namespace roformer::study {

namespace fs = std::filesystem;

namespace {

constexpr const char* kNumbers = "numbers.json";

void print_section(const PictureSection& section) {
  fmt::print("\n{}\n", section.heading);
  for (const auto& remark : section.remarks) fmt::print("{}\n", remark);
  for (const auto& table : section.tables) {
    fmt::print("\n");
    report::print_table(table);
  }
}

void add_section(report::Page& page, const PictureSection& section) {
  page.section(section.heading);
  for (const auto& remark : section.remarks) page.paragraph(remark);
  for (const auto& [file, chart] : section.charts) page.chart(chart);
  for (const auto& [file, map] : section.maps) page.heat_map(map);
  for (const auto& table : section.tables) page.table(table);
}

// Lines are gnuplot's to draw; a heat map is drawn without it.
std::vector<report::Link> write_drawings(const Picture& picture, const fs::path& out) {
  std::vector<report::Link> links = {{"numbers", kNumbers}};
  const bool has_gnuplot = base::has_program("gnuplot");
  bool lacks_charts = false;
  for (const auto& section : picture.sections) {
    for (const auto& [file, map] : section.maps) {
      base::write_file_atomically(out / (file + ".svg"), report::svg_heat_map(map) + "\n");
      links.push_back({file + ".svg", file + ".svg"});
    }
    for (const auto& [file, chart] : section.charts) {
      lacks_charts = lacks_charts || !has_gnuplot;
      if (!has_gnuplot) continue;
      write_svg(out / (file + ".svg"), chart);
      links.push_back({file + ".svg", file + ".svg"});
    }
  }
  if (lacks_charts)
    spdlog::warn("no curves beside the report: gnuplot is not installed (package gnuplot-nox)");
  return links;
}

}  // namespace

std::string short_number(double value) {
  if (!std::isfinite(value)) return "";
  return fmt::format("{:.4g}", value);
}

void show_picture(const Picture& picture, const StudyOptions& options) {
  const fs::path& out = options.out;
  base::make_folder(out, "--out");
  fmt::print("{}\n", picture.says);
  report::Page page(picture.title);
  page.paragraph(picture.says);
  for (const auto& section : picture.sections) {
    print_section(section);
    add_section(page, section);
  }
  base::write_file_atomically(out / kNumbers, picture.numbers.dump() + "\n");
  const auto links = write_drawings(picture, out);
  add_sources(page, {reproduce_command(picture.name, options), {}});
  page.links("Files", links);
  report::write_html(out / "report.html", page);
  fmt::print("\nReport with the pictures: {}\nNumbers: {}\n", (out / "report.html").string(),
             (out / kNumbers).string());
}

}  // namespace roformer::study
