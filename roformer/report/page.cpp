#include "roformer/report/page.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "roformer/base/file.h"
#include "roformer/report/plot_points.h"

namespace roformer::report {
namespace {

constexpr std::string_view style = R"(
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 82rem; padding: 1.5rem 1rem 4rem; background: #fff; color: #222;
       font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1.5rem; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid #ddd; }
p { margin: .75rem 0; max-width: 56rem; white-space: pre-line; }
.links { margin: .25rem 0; }
.links b { font-weight: 600; }
a { color: #0b5cad; }
figure { margin: 1.5rem 0; }
figure svg { display: block; width: 100%; height: auto; }
.narrow-chart { display: none; max-width: 36rem; }
@media (max-width: 54rem) { .wide-chart { display: none; } .narrow-chart { display: block; } }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
caption { text-align: left; color: #555; padding-bottom: .4rem; }
th, td { padding: .3rem .8rem; border-bottom: 1px solid #eee; text-align: left; vertical-align: top; }
th { border-bottom: 1px solid #bbb; font-weight: 600; vertical-align: bottom; }
th:first-child, td:first-child { padding-left: 0; }
th.right:first-child { width: 1%; }
td.long { min-width: 15rem; }
.right { text-align: right; }
td.right { white-space: nowrap; }
pre { background: #f6f6f4; border-radius: 4px; padding: .75rem 1rem; font-size: .82rem; white-space: pre-wrap;
      line-height: 1.45; }
)";

constexpr std::pair<char, std::string_view> entities[] = {
    {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};

void append_escaped(std::string& out, char c) {
  const auto* entity = std::find_if(std::begin(entities), std::end(entities),
                                    [c](const auto& known) { return known.first == c; });
  entity == std::end(entities) ? out += c : out += entity->second;
}

// Sentences keep a readable width; a narrow screen scrolls the table instead.
constexpr int long_cell = 40;

std::string cell_class(const Table& table, std::size_t column, std::string_view text) {
  if (alignment(table, column) == Align::right) return " class=\"right\"";
  return display_width(text) > long_cell ? " class=\"long\"" : "";
}

std::string html_row(const Table& table, const std::vector<std::string>& row,
                     std::string_view tag) {
  std::string html = "<tr>";
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const std::string_view text = i < row.size() ? std::string_view(row[i]) : std::string_view();
    html += fmt::format("<{}{}>{}</{}>", tag, cell_class(table, i, text), escape_html(text), tag);
  }
  return html + "</tr>\n";
}

std::string html_table(const Table& table) {
  std::string html = "<div class=\"scroll\"><table>\n";
  if (!table.caption.empty())
    html += fmt::format("<caption>{}</caption>\n", escape_html(table.caption));
  html += "<thead>" + html_row(table, table.columns, "th") + "</thead>\n<tbody>\n";
  for (const auto& row : table.rows) html += html_row(table, row, "td");
  return html + "</tbody></table></div>\n";
}

// A drawing's letters grow and shrink with it: one for each kind of screen keeps them readable.
constexpr ChartSize wide_chart = {960, 400}, narrow_chart = {400, 340};

// The chart's numbers, a row for each x, where it cannot be drawn.
Table chart_numbers(const LineChart& chart) {
  constexpr std::size_t most_rows = 24;
  Table table{
      {chart.x_title}, {}, {Align::right}, fmt::format("{}: {}", chart.title, chart.y_title)};
  std::map<double, std::vector<std::string>> rows;
  for (const auto& series : chart.series) {
    table.columns.push_back(series.name);
    for (const Point point : thinned_points(chart, series, most_rows)) {
      if (!drawable(chart, point)) continue;
      auto& row = rows[point.x];
      row.resize(table.columns.size());
      row.front() = fmt::format("{:.6g}", point.x);
      row.back() = fmt::format("{:.4g}", point.y);
    }
  }
  for (auto& [x, row] : rows) table.rows.push_back(std::move(row));
  return table;
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (std::size_t i = 0; i < text.size();) {
    utf8proc_int32_t character = 0;
    const auto size =
        utf8proc_iterate(bytes + i, static_cast<utf8proc_ssize_t>(text.size() - i), &character);
    if (size == 1) append_escaped(escaped, text[i]);
    if (size > 1) escaped.append(text.substr(i, static_cast<std::size_t>(size)));
    if (size < 1) escaped += "\xEF\xBF\xBD";
    i += static_cast<std::size_t>(std::max<utf8proc_ssize_t>(1, size));
  }
  return escaped;
}

Page& Page::section(std::string_view heading) {
  parts_.push_back(fmt::format("<h2>{}</h2>\n", escape_html(heading)));
  return *this;
}

Page& Page::paragraph(std::string_view text) {
  parts_.push_back(fmt::format("<p>{}</p>\n", escape_html(text)));
  return *this;
}

Page& Page::code(std::string_view text) {
  parts_.push_back(fmt::format("<pre>{}</pre>\n", escape_html(text)));
  return *this;
}

Page& Page::table(const Table& table) {
  parts_.push_back(html_table(table));
  return *this;
}

Page& Page::links(std::string_view name, const std::vector<Link>& links) {
  std::string html = fmt::format("<p class=\"links\"><b>{}</b>: ", escape_html(name));
  for (std::size_t i = 0; i < links.size(); ++i) html += (i > 0 ? " · " : "") + html_link(links[i]);
  parts_.push_back(html + "</p>\n");
  return *this;
}

Page& Page::chart(const LineChart& chart) {
  const auto wide = svg_chart(chart, wide_chart);
  const auto narrow = wide ? svg_chart(chart, narrow_chart) : std::nullopt;
  parts_.push_back(narrow ? fmt::format("<figure><div class=\"wide-chart\">{}</div>\n"
                                        "<div class=\"narrow-chart\">{}</div></figure>\n",
                                        *wide, *narrow)
                          : html_table(chart_numbers(chart)));
  return *this;
}

Page& Page::heat_map(const HeatMap& map) {
  parts_.push_back(fmt::format("<figure class=\"scroll\">{}</figure>\n", svg_heat_map(map)));
  return *this;
}

std::string Page::html() const {
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n<title>{}</title>\n"
      "<style>{}</style>\n</head>\n<body>\n<h1>{}</h1>\n",
      escape_html(title_), style, escape_html(title_));
  for (const auto& part : parts_) html += part;
  return html + "</body>\n</html>\n";
}

void write_html(const std::filesystem::path& path, const Page& page) {
  base::write_file_atomically(path, page.html());
}

}  // namespace roformer::report
