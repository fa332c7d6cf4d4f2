// A report as one HTML file that needs nothing else: text, tables and charts in the order added.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "roformer/report/heat_map.h"
#include "roformer/report/line_chart.h"
#include "roformer/report/link.h"
#include "roformer/report/table.h"

namespace roformer::report {

/// & < > " ' as entities; bytes that are not UTF-8 as U+FFFD.
std::string escape_html(std::string_view text);

class Page {
 public:
  explicit Page(std::string title) : title_(std::move(title)) {}

  // All text is plain and escaped here.
  Page& section(std::string_view heading);
  Page& paragraph(std::string_view text);
  /// Preformatted text: a recipe, a command.
  Page& code(std::string_view text);
  Page& table(const Table& table);
  /// A line of links behind a name.
  Page& links(std::string_view name, const std::vector<Link>& links);
  /// Drawn as SVG, once for wide screens and once for narrow ones; without gnuplot, its numbers as
  /// a table.
  Page& chart(const LineChart& chart);
  /// A narrow screen scrolls it.
  Page& heat_map(const HeatMap& map);

  std::string html() const;

 private:
  std::string title_;
  std::vector<std::string> parts_;
};

/// Writes the page, atomically. Throws Error naming the file.
void write_html(const std::filesystem::path& path, const Page& page);

}  // namespace roformer::report
