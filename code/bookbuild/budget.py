def setup(app):
    app.add_config_value("book_page_kilobytes", 250, "html")
